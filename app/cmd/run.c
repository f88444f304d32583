/* SPDX-License-Identifier: ISC
 *
 * dnshound run: start the application under both mechanisms, let it have its signals, terminal and
 * exit status, take what is seen, judge it or send it on. The supervisor is a thread of its own;
 * this one only reads what it left in the ring, so nothing here holds the application up. */
#include "app/cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/inbox.h"
#include "agent/launch.h"
#include "agent/supervise.h"
#include "app/cmd/run_feed.h"
#include "app/cmd/run_line.h"
#include "app/cmd/run_names.h"
#include "app/cmd/run_options.h"
#include "app/cmd/run_people.h"
#include "app/cmd/run_preload.h"
#include "app/cmd/run_report.h"
#include "app/cmd/run_sink.h"
#include "lib/decode/name.h"

extern char **environ;

enum {
	BATCH_MS = 20,
	IDLE_MS = 200,
	FLUSH_MS = 2000,
	DNS_HEADER = 12,
	LIBRARY_QUERY = 12 + 255 + 4,
	PRIVILEGES_TOLD = 8,
	ALERTS_PENDING = 16,
	REPORTER_NICE = 10
};

/* An alert on its way to be told. */
struct pending {
	struct engine_alert alert;
	uint32_t serial;
	char zone[NAME_TEXT_MAX];
};

struct run {
	struct run_options o;
	struct filter_options filter;
	struct launch launch;
	struct ring ring;
	struct inbox inbox;
	struct supervisor *supervisor;
	pthread_mutex_t judging; /* feed and people: with --block the supervisor judges */
	struct session session;
	struct feed *feed; /* NULL: nothing is judged here, or there was nothing to judge yet */
	bool judge_tried;
	struct people people;
	struct pending alerts[ALERTS_PENDING];
	unsigned n_alerts;
	struct names names;
	struct run_line line;
	struct run_counts counts;
	struct sink *sink; /* of events */
	int output;
	int standard_error;
	char **environment; /* the application's */
	char privileges[PRIVILEGES_TOLD][128];
	unsigned n_privileges;
	bool exec_told;
	uint8_t body[MESSAGE_MAX + 1];
};

static void usage(void)
{
	run_options_help();
	printf("\nExit status: that of APP; 126 or 127 when it cannot be run, 2 when an option is "
	       "wrong.\n");
}

/* --- what is said meanwhile --- */

static void emit(struct run *r, char *line)
{
	if (line && r->sink)
		sink_put(r->sink, line, strlen(line));
	free(line);
}

/* A line for people; among JSON lines it is one of them. */
__attribute__((format(printf, 2, 3))) static void say(struct run *r, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (r->o.json)
		emit(r, run_line_note(&r->line, text));
	else if (!r->o.quiet)
		dprintf(r->output, "dnshound: %s\n", text);
}

/* --- the mechanisms --- */

/* The application's environment. */
static char **environment(struct run *r)
{
	char path[4096];

	if (r->o.no_preload)
		return environ;
	if (!run_preload_find(r->o.preload, path, sizeof(path))) {
		say(r, "libdnshound-preload.so is not found: the resolver library is not seen");
		return environ;
	}
	if (inbox_open(&r->inbox) < 0) {
		say(r, "no file can be made in /dev/shm or /tmp: the resolver library is not seen");
		return environ;
	}
	r->environment = run_preload_environment(path, r->inbox.path);
	return r->environment ? r->environment : environ;
}

static bool refuse(void *ctx, const struct sighting *head, const uint8_t *message)
{
	struct run *r = ctx;
	pthread_mutex_lock(&r->judging);
	feed_message(r->feed, head, message);
	bool above = feed_flush(r->feed);
	pthread_mutex_unlock(&r->judging);
	return above;
}

static void *supervise(void *arg)
{
	struct run *r = arg;
	pthread_setname_np(pthread_self(), "supervisor");
	supervise_run(r->supervisor);
	return NULL;
}

static bool start_supervisor(struct run *r)
{
	struct supervise_options so = {.listener = r->launch.listener,
	    .shared = r->launch.shared,
	    .ring = &r->ring,
	    .filter = r->filter,
	    .no_new_privs = r->launch.no_new_privs,
	    .no_sync = r->o.no_sync,
	    .n_ports = r->o.n_ports,
	    .refuse = r->o.block ? refuse : NULL,
	    .refuse_ctx = r};
	pthread_t thread;

	memcpy(so.ports, r->o.ports, sizeof(so.ports));
	r->supervisor = supervise_new(&so);
	if (!r->supervisor || pthread_create(&thread, NULL, supervise, r) != 0)
		return false;
	pthread_detach(thread);
	return true;
}

/* A kernel that only lets ancestors read a process's memory: orphans must stay ours. */
static void keep_orphans(void)
{
	char c = '0';
	int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &c, 1) == 1 && c != '0')
			prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		close(fd);
	}
}

static bool start(struct run *r, const sigset_t *mask)
{
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	r->filter = (struct filter_options){.window = filter_window(files.rlim_cur),
	    .all_writes = r->o.all_writes,
	    .answers = r->o.answers,
	    .identity = geteuid() == 0};
	if (r->filter.window.end == 0)
		r->filter.all_writes = true;
	keep_orphans();
	char **env = environment(r);
	int error =
	    launch_start(&r->launch, r->o.no_supervisor ? NULL : &r->filter, r->o.app, env, mask);
	if (error) {
		fprintf(stderr, "dnshound: cannot start: %s\n", strerror(-error));
		return false;
	}
	/* Standard error is the application's when there is another place for ours; and what the
	 * tables have to say in plain text does not belong among JSON lines. */
	r->standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	int other = r->o.json ? open("/dev/null", O_WRONLY | O_CLOEXEC) : r->output;
	if (other >= 0)
		dup2(other, STDERR_FILENO);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (r->launch.error)
		say(r, "no seccomp user notification here (%s): system calls are not seen",
		    strerror(-r->launch.error));
	/* From here on the guardian would answer; without a supervisor it does. */
	if (r->launch.listener >= 0 && !start_supervisor(r)) {
		close(r->launch.guardian);
		close(r->launch.listener);
		say(r, "out of memory: system calls are not seen");
	}
	/* This thread reports; the supervisor's, which keeps its priority, answers. */
	sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
	setpriority(PRIO_PROCESS, (id_t)gettid(), REPORTER_NICE);
	return true;
}

/* --- what was seen --- */

static void tell_alert(struct run *r, const struct pending *a)
{
	const struct verdict *v = &a->alert.verdict;
	const struct process *p = people_find(&r->people, a->serial);
	char comm[PROCESS_COMM] = "?";

	if (r->o.json) {
		emit(r, run_line_alert(&r->line, verdict_text(v->kind), v->score, a->zone,
		            a->alert.bytes_at_alert, p));
		return;
	}
	for (unsigned i = 0; p && i < PROCESS_COMM; i++)
		comm[i] = p->comm[i] && (p->comm[i] < 0x20 || p->comm[i] > 0x7e) ? '?' : p->comm[i];
	dprintf(r->output, "dnshound: ALERT %s, score %u: %s (pid %d) to %s, known after %llu B\n",
	    verdict_text(v->kind), v->score, comm, p ? p->pid : 0, a->zone,
	    (unsigned long long)a->alert.bytes_at_alert);
}

/* With --block this comes from the supervisor, which must not wait for whoever reads our output,
 * and the process may not have been introduced here yet: told with the next take_all(). */
static void on_alert(
    void *ctx, const struct engine_alert *a, const uint8_t *zone, size_t zone_len, uint32_t serial)
{
	struct run *r = ctx;

	if (r->n_alerts == ALERTS_PENDING)
		return;
	struct pending *p = &r->alerts[r->n_alerts++];
	p->alert = *a;
	p->serial = serial;
	memcpy(p->zone, "-", 2);
	if (zone_len)
		name_print(zone, p->zone);
}

static bool process_of(void *ctx, const struct finding *f, struct dh_process *ret)
{
	const struct run *r = ctx;
	const struct people_zone *z = people_zone(&r->people, f->now.zone_hash);
	const struct process *p = NULL;

	for (unsigned i = 0, most = 0; z && i < PEOPLE_PER_ZONE; i++)
		if (z->who[i].queries > most && people_find(&r->people, z->who[i].serial)) {
			most = z->who[i].queries;
			p = people_find(&r->people, z->who[i].serial);
		}
	if (!p)
		return false;
	*ret = (struct dh_process){.host = r->line.host,
	    .pid = p->pid,
	    .comm = p->comm,
	    .exe = p->exe,
	    .cmdline = r->o.redact ? NULL : p->cmdline};
	return true;
}

/* When the first message comes: the tables cost more than most programs that ask nothing. Judging
 * is not worth failing for: without it the application runs all the same. */
static void open_judge(struct run *r)
{
	if (r->judge_tried || (r->o.to && !r->o.verdict && !r->o.block))
		return;
	r->judge_tried = true;
	if (session_open(&r->session, &r->o.engine, true)) {
		r->session.process_of = process_of;
		r->session.process_ctx = r;
		r->feed = feed_new(&r->session, &r->people, on_alert, r);
	}
	if (!r->feed)
		say(r, "nothing can be judged here");
}

static void judge(struct run *r, const struct sighting *head, const uint8_t *message)
{
	open_judge(r);
	if (!r->feed)
		return;
	pthread_mutex_lock(&r->judging);
	feed_message(r->feed, head, message);
	pthread_mutex_unlock(&r->judging);
}

static void on_privilege(struct run *r, const char *path)
{
	for (unsigned i = 0; i < r->n_privileges; i++)
		if (strcmp(r->privileges[i], path) == 0)
			return;
	if (r->n_privileges == PRIVILEGES_TOLD || strlen(path) >= sizeof(r->privileges[0]))
		return;
	strcpy(r->privileges[r->n_privileges++], path);
	say(r,
	    "%s runs without its set-user-ID or file capabilities (no_new_privs); as root they are "
	    "kept",
	    path);
}

static void on_message(struct run *r, const struct sighting *head, const uint8_t *message)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t len, next;
	bool is_query = head->kind == SIGHTING_QUERY;

	if (is_query && name_read(view_of(message, head->len), DNS_HEADER, wire, &len, &next))
		names_sent(&r->names, head->pid, head->time_ns, wire, len);
	r->counts.queries += is_query;
	r->counts.answers += !is_query;
	r->counts.blocked += head->blocked;
	if (!(r->o.block && is_query)) /* judged before it was let go */
		judge(r, head, message);
	if (r->sink)
		emit(r, run_line_message(
		            &r->line, head, message, people_find(&r->people, head->process)));
}

static void on_record(struct run *r, const struct sighting *head, const uint8_t *body)
{
	struct process who;

	switch (head->kind) {
	case SIGHTING_PROCESS:
		memcpy(&who, body, sizeof(who));
		pthread_mutex_lock(&r->judging);
		people_learn(&r->people, &who);
		pthread_mutex_unlock(&r->judging);
		break;
	case SIGHTING_QUERY:
	case SIGHTING_ANSWER:
		on_message(r, head, body);
		break;
	case SIGHTING_PRIVILEGE:
		on_privilege(r, (const char *)body);
		break;
	case SIGHTING_BLIND:
		r->counts.blind[head->detail]++;
		break;
	}
}

/* A call of the resolver library as a query message. 0 when its name is none. */
static size_t query_of(
    const struct inbox_report *p, uint8_t query[LIBRARY_QUERY], struct view *ret_name)
{
	uint8_t *wire = query + DNS_HEADER;
	size_t len, next;

	memcpy(query, "\0\0\1\0\0\1\0\0\0\0\0\0", DNS_HEADER);
	uint16_t type = p->head.qtype;
	if (p->head.is_message) {
		struct view m = view_of(p->name, p->head.name_len);
		if (!name_read(m, DNS_HEADER, wire, &len, &next) || next + 2 > m.len)
			return 0;
		type = (uint16_t)(m.p[next] << 8 | m.p[next + 1]);
	} else if (!name_from_text(view_of(p->name, p->head.name_len), wire, &len)) {
		return 0;
	}
	*ret_name = view_of(wire, len);
	uint8_t *tail = wire + len;
	tail[0] = (uint8_t)(type >> 8);
	tail[1] = (uint8_t)type;
	tail[2] = 0;
	tail[3] = 1;
	return DNS_HEADER + len + 4;
}

static void on_report(struct run *r, const struct inbox_report *p)
{
	uint8_t query[LIBRARY_QUERY];
	struct view name;
	size_t len = query_of(p, query, &name);

	if (len && names_were_sent(
	               &r->names, p->pid, p->head.start_ns, p->head.end_ns, name.p, name.len)) {
		r->counts.joined++;
		return;
	}
	pthread_mutex_lock(&r->judging);
	const struct process *who = people_of_pid(&r->people, p->pid);
	struct sighting head = {.kind = SIGHTING_QUERY,
	    .transport = SIGHTING_LIBRARY,
	    .len = (uint32_t)len,
	    .message_len = (uint32_t)len,
	    .process = who ? who->serial : 0,
	    .pid = p->pid,
	    .time_ns = p->head.start_ns};
	pthread_mutex_unlock(&r->judging);
	r->counts.names++;
	if (len)
		judge(r, &head, query);
	if (r->sink)
		emit(r, run_line_name(&r->line, p, who));
}

enum { REPORTS_AT_ONCE = 256, ROUNDS_AT_ONCE = 64 };

/* Reports first: what they caused is then in the ring already. */
static void take_all(struct run *r)
{
	static struct inbox_report reports[REPORTS_AT_ONCE];
	struct sighting head;
	struct timespec now;
	unsigned n, rounds = 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	do {
		int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
		for (n = 0; n < REPORTS_AT_ONCE && inbox_take(&r->inbox, now_ns, &reports[n]); n++)
			;
		while (ring_take(&r->ring, &head, r->body)) {
			r->body[head.len] = 0;
			on_record(r, &head, r->body);
		}
		for (unsigned i = 0; i < n; i++)
			on_report(r, &reports[i]);
	} while (n == REPORTS_AT_ONCE && ++rounds < ROUNDS_AT_ONCE);
	if (r->feed) {
		pthread_mutex_lock(&r->judging);
		feed_flush(r->feed);
		for (unsigned i = 0; i < r->n_alerts; i++)
			tell_alert(r, &r->alerts[i]);
		r->n_alerts = 0;
		pthread_mutex_unlock(&r->judging);
	}
}

/* --- the application's life --- */

static void pass_signal(const struct run *r, int fd)
{
	struct signalfd_siginfo s;
	while (read(fd, &s, sizeof(s)) == sizeof(s)) {
		/* What the terminal sends, it sends to the application as well. */
		if (s.ssi_signo == SIGCHLD || s.ssi_signo == SIGPIPE || s.ssi_code == SI_KERNEL ||
		    (pid_t)s.ssi_pid == r->launch.pid)
			continue;
		kill(r->launch.pid, (int)s.ssi_signo);
	}
}

static void tell_exec_error(struct run *r)
{
	int error = atomic_load(&r->launch.shared->exec_error);
	if (error && !r->exec_told)
		dprintf(r->standard_error, "dnshound: %s: %s\n", r->o.app[0], strerror(error));
	r->exec_told |= error != 0;
}

/* True when the application's first process has ended. */
static bool has_ended(struct run *r, int *ret_status)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != r->launch.pid)
			continue; /* the guardian, or an orphan */
		if (WIFSTOPPED(status)) {
			/* The terminal stopped the job: the shell must see it stopped, and wakes us
			 * both. Who stops the application alone wakes it alone. */
			int by = WSTOPSIG(status);
			if (by == SIGTSTP || by == SIGTTIN || by == SIGTTOU)
				raise(SIGSTOP);
			continue;
		}
		*ret_status = status;
		return true;
	}
	return false;
}

static bool is_deserted(const struct run *r)
{
	struct pollfd p = {.fd = r->launch.listener};
	return r->launch.listener < 0 || (poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)));
}

static void watch(struct run *r, int signals)
{
	struct pollfd fds[2] = {
	    {.fd = signals, .events = POLLIN}, {.fd = r->ring.wake_fd, .events = POLLIN}};
	bool ended = false;
	uint64_t woken;

	for (;;) {
		if (!ended)
			ended = has_ended(r, &r->counts.status);
		take_all(r);
		if (ended && (!r->o.wait || is_deserted(r)))
			return;
		/* Sleep a batch long, then until something comes. */
		fds[1].fd = -1;
		if (poll(fds, 2, BATCH_MS) == 0) {
			atomic_store(&r->ring.asleep, true);
			fds[1].fd = r->ring.wake_fd;
			if (atomic_load(&r->ring.head) == atomic_load(&r->ring.tail))
				poll(fds, 2, ended ? BATCH_MS : IDLE_MS);
			atomic_store(&r->ring.asleep, false);
			(void)!read(r->ring.wake_fd, &woken, sizeof(woken));
		}
		pass_signal(r, signals);
		tell_exec_error(r);
	}
}

/* --- beginning and end --- */

static bool open_output(struct run *r)
{
	const char *path = r->o.output;
	r->output = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
	                 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (r->output < 0 && path)
		fprintf(stderr, "dnshound: --output: %s: %s\n", path, strerror(errno));
	if (r->output < 0 && !path)
		r->output = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return r->output >= 0;
}

static void open_sink(struct run *r)
{
	run_line_init(&r->line, r->o.redact);
	char *first = run_line_start(&r->line, r->o.token, r->o.app);
	if (r->o.to)
		r->sink = sink_to(r->o.to, first);
	else if (r->o.json)
		r->sink = sink_fd(r->output);
	if (r->o.json && !r->o.to && r->sink && first)
		sink_put(r->sink, first, strlen(first));
	free(first);
}

static void report(struct run *r)
{
	if (r->feed)
		feed_end(r->feed);
	r->counts.processes = r->people.met;
	if (r->launch.shared)
		r->counts.blind[BLIND_LAG] += atomic_load(&r->launch.shared->let_through);
	r->counts.blind[BLIND_RING] += atomic_load(&r->ring.lost);
	if (r->sink) {
		r->counts.lines_lost = sink_lost(r->sink);
		emit(r, run_line_end(&r->line, &r->counts));
		r->counts.lines_lost = sink_close(r->sink, FLUSH_MS);
	}
	if (!is_deserted(r))
		say(r, "processes that it started run on, and are not watched any more (--wait "
		       "waits)");
	/* The printers write to standard output, which is the application's. */
	run_line_done(&r->line);
	fflush(stdout);
	dup2(r->output, STDOUT_FILENO);
	if (r->o.json && r->feed && !r->o.to)
		run_report_json(&r->session, &r->people);
	else if (!r->o.quiet && !r->o.json)
		run_report(r->feed ? &r->session : NULL, &r->people, &r->counts);
	fflush(stdout);
}

/* As the application ended, so do we. */
static int end_like(int status)
{
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	struct rlimit none = {0, 0};
	sigset_t all;
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	sigfillset(&all);
	raise(WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	return 128 + WTERMSIG(status);
}

int cmd_run(int argc, char **argv)
{
	/* The supervisor's thread may still look at it when main() has returned. */
	static struct run run;
	struct run *r = &run;
	sigset_t all, before;

	if (!run_options_parse(&r->o, argc, argv))
		return EXIT_ERROR;
	if (r->o.help) {
		usage();
		return EXIT_CLEAN;
	}
	r->launch.listener = -1;
	pthread_mutex_init(&r->judging, NULL);
	if (!open_output(r) || ring_open(&r->ring) < 0)
		return EXIT_ERROR;
	if (r->o.block) {
		open_judge(r);
		if (!r->feed)
			return EXIT_ERROR;
	}
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	open_sink(r);
	if (signals < 0 || !start(r, &before))
		return EXIT_ERROR;
	watch(r, signals);
	tell_exec_error(r);
	if (r->inbox.queue)
		r->counts.blind[BLIND_PRELOAD] = atomic_load(&r->inbox.queue->lost) + r->inbox.lost;
	inbox_close(&r->inbox);
	sigprocmask(SIG_SETMASK, &before, NULL);
	report(r);
	return end_like(r->counts.status);
}
