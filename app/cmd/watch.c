/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/cmd/broker.h"
#include "app/cmd/cmd.h"
#include "app/cmd/config_tell.h"
#include "app/cmd/confine.h"
#include "app/cmd/hooks.h"
#include "app/cmd/log.h"
#include "app/cmd/notify.h"

/* A child that does not end when it is told to is ended after so long. */
#define END_MS 5000
/* A child that fails again and again is started after twice the time each time, up to this. */
#define BACKOFF_MAX_MS 1000
#define BACKOFF_MIN_MS 50
#define BEAT_MS 2000
#define QUICK_NS 500000000ll
/* A worker that has not told its second for so long is stuck, and ended. */
#define STUCK_NS (10ll * 1000000000)
/* What one message to the herald may need on its way, times some. */
#define REPORT_BUFFER (4 << 20)

struct parent {
	struct watch *watch;
	pid_t worker, herald;
	int broker; /* our end */
	int stop;   /* our end: closed, it ends the worker */
	int report; /* the worker's end of the socket to the herald, for the next worker */
	int asked;  /* our end of the socket over which the herald asks for hooks */
	struct hooks hooks;
	int signals;
	bool has_rings;     /* interfaces are open, and wait for a worker */
	unsigned gone;      /* interfaces that are not there */
	int64_t started_ns; /* the worker */
	int64_t beat_ns;    /* when the children were last looked after */
	int64_t start_ns;   /* when what is missing is to be started */
	unsigned backoff_ms;
	bool is_ending;
	int status;
};

static int64_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- what a configuration becomes ---- */

static void watch_free(struct watch *w)
{
	watch_close(w);
	session_close(&w->session);
	config_free(&w->config);
	if (w->state)
		state_close(w->state);
	if (w->shared)
		munmap(w->shared, sizeof(*w->shared));
	free(w);
}

static bool make_engine(struct watch *w)
{
	struct session *s = &w->session;
	s->engine_bytes = engine_size(&s->config);
	s->engine_memory = mmap(NULL, s->engine_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->engine_memory == MAP_FAILED) {
		s->engine_memory = NULL;
		log_line(LOG_LEVEL_ERROR,
		    "cannot get %zu MiB of memory; try a smaller memory:", s->engine_bytes >> 20);
		return false;
	}
	int r = w->state ? state_map(w->state, s->engine_memory, &s->config) : 0;
	if (r < 0)
		log_line(LOG_LEVEL_ERROR, "%s: the state cannot be mapped: %s", w->config.state,
		    strerror(-r));
	return r == 0;
}

/* False after telling why not. */
static bool open_state(struct watch *w, const struct watch *old, uid_t uid, gid_t gid)
{
	if (!*w->config.state)
		return true;
	int r = state_open(&w->state, w->config.state, uid, gid, old ? old->state : NULL);
	if (r == -EWOULDBLOCK)
		log_line(LOG_LEVEL_ERROR, "%s: another dnshound is at work there", w->config.state);
	else if (r < 0)
		log_line(LOG_LEVEL_ERROR, "%s: %s (state: \"\" to do without)", w->config.state,
		    strerror(-r));
	return r == 0;
}

/* Everything of a configuration but the processes. NULL after telling what is wrong. */
static struct watch *watch_new(const struct watch_setup *setup, struct watch *old)
{
	const char *path = setup->path;
	uid_t uid;
	gid_t gid;
	struct watch *w = calloc(1, sizeof(*w));
	if (!w || !setup->configure(setup, &w->config)) {
		free(w);
		return NULL;
	}
	w->setup = setup;
	w->path = path;
	w->metrics = -1;
	w->page = -1;
	for (unsigned i = 0; i < CONFIG_SOURCES_MAX; i++)
		w->sources[i].listen_fd = -1;
	log_level((enum log_level)w->config.log_level);
	bool is_good = true;
	if (!confine_ids(w->config.user, &uid, &gid)) {
		log_line(LOG_LEVEL_ERROR,
		    "%s: user: there is no user '%s': make it (adduser --system --group %s), or "
		    "name another",
		    path, w->config.user, w->config.user);
		is_good = false;
	}
	if (w->config.n_sources == 0) {
		log_line(LOG_LEVEL_ERROR, "%s: there are no sources to watch", path);
		is_good = false;
	}
	w->shared = mmap(
	    NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->shared == MAP_FAILED) {
		w->shared = NULL;
		is_good = false;
	}
	if (is_good && open_state(w, old, uid, gid) && watch_session(w) && make_engine(w) &&
	    watch_open(w, old))
		return w;
	watch_free(w);
	return NULL;
}

/* ---- children ---- */

static void begin_child(pid_t parent)
{
	sigset_t all;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	/* A terminal's Ctrl-C comes to all; the parent says when it is time to end. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

static bool start_herald(struct parent *p)
{
	const int size = REPORT_BUFFER;
	int report[2], hooks[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) < 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, hooks) < 0) {
		close(report[0]);
		close(report[1]);
		return false;
	}
	setsockopt(report[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(report[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	pid_t us = getpid(), pid = fork();
	if (pid == 0) {
		begin_child(us);
		close(report[0]);
		close(hooks[0]);
		watch_close_rings(p->watch);
		p->watch->report = report[1];
		p->watch->hooks = hooks[1];
		int status = watch_herald(p->watch);
		fflush(NULL);
		_exit(status);
	}
	close(report[1]);
	close(hooks[1]);
	if (pid < 0) {
		close(report[0]);
		close(hooks[0]);
		return false;
	}
	p->herald = pid;
	p->report = report[0];
	p->asked = hooks[0];
	return true;
}

static void run_worker(struct parent *p, int broker, int stop)
{
	struct watch *w = p->watch;
	w->broker = broker;
	w->stop = stop;
	w->report = p->report;
	w->session.engine =
	    w->state ? state_begin(w->state, w->session.engine_memory, &w->session.config)
	             : engine_init(w->session.engine_memory, &w->session.config);
	int status = watch_worker(w);
	fflush(NULL);
	_exit(status);
}

static bool start_worker(struct parent *p)
{
	int broker[2], stop[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, broker) < 0)
		return false;
	if (pipe2(stop, O_CLOEXEC) < 0) {
		close(broker[0]);
		close(broker[1]);
		return false;
	}
	pid_t us = getpid(), pid = fork();
	if (pid == 0) {
		begin_child(us);
		close(broker[0]);
		close(stop[1]);
		close(p->asked);
		run_worker(p, broker[1], stop[0]);
	}
	close(broker[1]);
	close(stop[0]);
	if (pid < 0) {
		close(broker[0]);
		close(stop[1]);
		return false;
	}
	p->worker = pid;
	p->broker = broker[0];
	p->stop = stop[1];
	p->started_ns = monotonic_ns();
	/* They are the worker's now: a ring has one reader. */
	watch_close_rings(p->watch);
	p->has_rings = false;
	return true;
}

/* Whichever of the two is not there. */
static bool start(struct parent *p)
{
	if (!p->has_rings)
		p->gone = watch_reopen(p->watch);
	p->has_rings = true;
	return (p->herald || start_herald(p)) && (p->worker || start_worker(p));
}

/* Serve requests until the child has ended, or its time is over. */
static int wait_child(struct parent *p, pid_t pid, int broker)
{
	int status;
	for (int waited = 0; waited < END_MS; waited += 10) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		struct pollfd fd = {.fd = broker, .events = POLLIN};
		if (poll(&fd, broker >= 0, 10) > 0 && !broker_serve(broker, &p->watch->config))
			broker = -1;
	}
	log_line(LOG_LEVEL_WARNING, "process %d did not end when it was told to", (int)pid);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status;
}

static void close_worker(struct parent *p)
{
	close(p->stop);
	close(p->broker);
	p->worker = 0;
}

static void end_worker(struct parent *p)
{
	if (!p->worker)
		return;
	close(p->stop);
	p->stop = -1;
	wait_child(p, p->worker, p->broker);
	close_worker(p);
}

/* The worker first: what it still has to say, the herald hears before its own end. */
static void end_children(struct parent *p)
{
	end_worker(p);
	if (!p->herald)
		return;
	close(p->report);
	wait_child(p, p->herald, -1);
	close(p->asked);
	p->herald = 0;
}

/* ---- life ---- */

/* One of the two ended by itself, and is started again: at once, unless it ends so quickly that
 * something must be wrong for good. */
static void plan_start(struct parent *p, bool is_quick)
{
	p->backoff_ms = !is_quick ? 0 : p->backoff_ms ? 2 * p->backoff_ms : BACKOFF_MIN_MS;
	if (p->backoff_ms > BACKOFF_MAX_MS)
		p->backoff_ms = BACKOFF_MAX_MS;
	p->start_ns = monotonic_ns() + p->backoff_ms * 1000000ll;
}

static void reload(struct parent *p)
{
	notify_systemd("RELOADING=1");
	struct watch *next = watch_new(p->watch->setup, p->watch);
	if (!next) {
		log_level((enum log_level)p->watch->config.log_level);
		log_line(
		    LOG_LEVEL_ERROR, "%s: the old configuration stays in force", p->watch->path);
		notify_systemd("READY=1");
		return;
	}
	end_children(p);
	watch_free(p->watch);
	p->watch = next;
	p->has_rings = true;
	if (!start(p))
		plan_start(p, true);
	log_line(LOG_LEVEL_INFO, "%s: read again", next->path);
	notify_systemd("READY=1");
}

static void tell_end(const char *name, int status)
{
	if (WIFSIGNALED(status))
		log_line(LOG_LEVEL_ERROR, "the %s was ended by signal %d; it is started again",
		    name, WTERMSIG(status));
	else if (WEXITSTATUS(status) != WORKER_REOPEN)
		log_line(LOG_LEVEL_ERROR, "the %s ended; it is started again", name);
}

static void reap(struct parent *p)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (pid == p->worker) {
			close_worker(p);
			p->is_ending = p->watch->setup->once;
			if (p->is_ending)
				p->status = status == 0 ? EXIT_CLEAN : EXIT_ERROR;
			else
				tell_end("worker", status);
			plan_start(p, monotonic_ns() - p->started_ns < QUICK_NS);
		} else if (pid == p->herald) {
			tell_end("herald", status);
			close(p->report);
			close(p->asked);
			p->herald = 0;
			/* It talks to the one that was. */
			end_worker(p);
			plan_start(p, monotonic_ns() - p->started_ns < QUICK_NS);
		} else {
			(void)hooks_reap(&p->hooks, pid, status, &p->watch->config);
		}
	}
}

static void take_signal(struct parent *p)
{
	struct signalfd_siginfo info;
	if (read(p->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		reap(p);
		break;
	case SIGHUP:
		reload(p);
		break;
	default:
		p->is_ending = true;
	}
}

static void beat(struct parent *p)
{
	p->beat_ns = monotonic_ns();
	int64_t last = atomic_load(&p->watch->shared->beat_ns);
	int64_t since = last > p->started_ns ? last : p->started_ns;
	if (p->worker && monotonic_ns() - since > STUCK_NS) {
		log_line(LOG_LEVEL_ERROR, "the worker is stuck");
		kill(p->worker, SIGKILL);
	}
	notify_systemd("WATCHDOG=1");
	hooks_tick(&p->hooks);
	/* A worker has what was there when it began. */
	if (p->gone && watch_is_back(p->watch))
		end_worker(p);
}

static void live(struct parent *p)
{
	uint64_t watchdog_ms = notify_watchdog_us() / 1000;
	int every_ms = watchdog_ms && watchdog_ms < BEAT_MS ? (int)watchdog_ms : BEAT_MS;

	while (!p->is_ending) {
		bool is_whole = p->worker && p->herald;
		int64_t left_ms = (p->start_ns - monotonic_ns()) / 1000000 + 1;
		if (!is_whole && left_ms <= 1 && !start(p)) {
			plan_start(p, true);
			continue;
		}
		struct pollfd fds[] = {{.fd = p->signals, .events = POLLIN},
		    {.fd = p->worker ? p->broker : -1, .events = POLLIN},
		    {.fd = p->herald ? p->asked : -1, .events = POLLIN}};
		int n = poll(fds, 3, is_whole || left_ms <= 1 ? every_ms : (int)left_ms);
		/* The worker may ask for files more often than that. */
		if (monotonic_ns() - p->beat_ns >= every_ms * 1000000ll)
			beat(p);
		if (n <= 0)
			continue;
		if (fds[1].revents && !broker_serve(p->broker, &p->watch->config))
			usleep(1000); /* its end is on the way */
		if (fds[2].revents && !hooks_serve(&p->hooks, p->asked, &p->watch->config))
			usleep(1000);
		if (fds[0].revents)
			take_signal(p);
	}
}

static int block_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* As many connections as were configured need as many descriptors. */
static void raise_limits(void)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

int watch_run(const struct watch_setup *setup)
{
	struct parent p = {.status = EXIT_CLEAN};

	raise_limits();
	p.signals = block_signals();
	p.watch = watch_new(setup, NULL);
	if (!p.watch)
		return EXIT_ERROR;
	p.has_rings = true;
	if (!start(&p)) {
		log_line(LOG_LEVEL_ERROR, "cannot start: %s", strerror(errno));
		p.status = EXIT_ERROR;
		p.is_ending = true;
	} else {
		log_line(LOG_LEVEL_INFO, "watching %u source%s", p.watch->config.n_sources,
		    p.watch->config.n_sources == 1 ? "" : "s");
		notify_systemd("READY=1");
	}
	live(&p);
	notify_systemd("STOPPING=1");
	end_children(&p);
	watch_free(p.watch);
	return p.status;
}

static void usage(void)
{
	printf("usage: dnshound watch -c FILE [--once]\n\n"
	       "The daemon: watches interfaces, dnstap, logs, folders and sockets, and tells of "
	       "findings.\n"
	       "FILE is described in dnshound.conf(5); dnshound config check FILE says whether it "
	       "is good.\n\n"
	       "  -c, --config FILE   what to watch, and whom to tell\n"
	       "      --once          read what is there, judge, tell, and end (for cron)\n"
	       "  -h, --help          this text\n\n"
	       "SIGHUP reads FILE again, SIGTERM ends. Exit status: 0 ended as told, 2 something "
	       "was wrong.\n");
}

static bool read_file(const struct watch_setup *s, struct config *ret)
{
	return config_read(ret, s->path, config_tell, (void *)(uintptr_t)s->path);
}

int cmd_watch(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
	    {"once", no_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct watch_setup s = {.configure = read_file};

	for (int c; (c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1;) {
		if (c == 'h') {
			usage();
			return EXIT_CLEAN;
		}
		if (c == '?')
			return EXIT_ERROR;
		if (c == 'o')
			s.once = true;
		if (c == 'c')
			s.path = optarg;
	}
	if (!s.path || optind != argc) {
		fprintf(stderr, "dnshound: watch -c FILE (see dnshound watch --help)\n");
		return EXIT_ERROR;
	}
	return watch_run(&s);
}
