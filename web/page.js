/* SPDX-License-Identifier: ISC
 *
 * The overview, live by server-sent events, and the lists below it. Whatever comes from the server
 * is put in as text: names are an attacker's. */
"use strict";

const PAGE = 50;
const byId = id => document.getElementById(id);
const state = { offset: 0, total: 0, chosen: -1, opened: -1, asked: 0 };

function bytes(n) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let i = 0;
	while (n >= 1024 && i < 4) {
		n /= 1024;
		i++;
	}
	return `${i ? n.toFixed(1) : n} ${units[i]}`;
}

const number = n => n.toLocaleString("en");
const when = t => t ? t.slice(0, 19).replace("T", " ") : "";
const place = zone => zone === "*" ? "many zones" : zone === "-" ? "no public zone" : zone;

function node(name, text, className) {
	const e = document.createElement(name);
	if (text !== undefined && text !== null)
		e.textContent = text;
	if (className)
		e.className = className;
	return e;
}

function pill(severity) {
	const known = ["info", "low", "medium", "high", "critical"].includes(severity);
	const cell = node("td");
	cell.append(node("span", severity, `pill ${known ? severity : "info"}`));
	return cell;
}

/* Bars out (above) and in (below), or only out. */
function bars(svg, up, down) {
	const max = Math.max(1, ...up, ...(down || []));
	const both = down && down.some(n => n > 0);
	const base = both ? 55 : 108, half = both ? 52 : 104;
	const parts = [];
	const bar = (i, n, className, above) => {
		if (!n)
			return;
		const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
		const height = Math.max(1.5, half * n / max);
		rect.setAttribute("class", className);
		rect.setAttribute("x", `${(i + .08) * 100 / up.length}%`);
		rect.setAttribute("width", `${84 / up.length}%`);
		rect.setAttribute("y", above ? base - height : base + 1);
		rect.setAttribute("height", height);
		parts.push(rect);
	};
	up.forEach((n, i) => bar(i, n, down ? "up" : "plain", true));
	(down || []).forEach((n, i) => bar(i, n, "down", false));
	const axis = document.createElementNS("http://www.w3.org/2000/svg", "line");
	axis.setAttribute("class", "axis");
	axis.setAttribute("x2", "100%");
	axis.setAttribute("y1", base + .5);
	axis.setAttribute("y2", base + .5);
	svg.replaceChildren(...parts, axis);
	return Math.max(0, ...up, ...(down || []));
}

function tile(value, what) {
	const e = node("div");
	e.append(node("b", value), node("small", what));
	return e;
}

function showOverview(o) {
	const seconds = o.events_per_second;
	const recent = seconds.slice(-10);
	const rate = recent.length ? recent.reduce((a, b) => a + b, 0) / recent.length : 0;
	const leak = o.leak_per_minute;
	const sum = list => list.reduce((a, b) => a + b, 0);
	const dropped = o.health.sources.reduce((n, s) => n + s.dropped, 0);
	byId("tiles").replaceChildren(
		tile(number(o.alerts.open - o.alerts.muted), "open alerts"),
		tile(number(o.alerts.critical + o.alerts.high), "of them high or critical"),
		tile(number(Math.round(rate)), "DNS messages a second"),
		tile(bytes(sum(leak.bytes_up)), "out in the last hour"),
		tile(bytes(sum(leak.bytes_down)), "in in the last hour"),
		tile(number(dropped), "dropped by sources"));
	const padded = new Array(Math.max(0, 120 - seconds.length)).fill(0).concat(seconds);
	byId("seconds-max").textContent = `highest ${number(bars(byId("seconds"), padded))}`;
	byId("leak-max").textContent =
		`highest ${bytes(bars(byId("leak"), leak.bytes_up, leak.bytes_down))}`;
	showHealth(o.health);
	if (state.opened !== o.alerts.open) {
		state.opened = o.alerts.open;
		loadAlerts();
		loadPairs();
	}
}

function showHealth(health) {
	fill("source-table", health.sources.map(s => {
		const row = node("tr");
		row.append(node("td", s.name), node("td", number(s.records), "number"),
			node("td", bytes(s.bytes), "number"), node("td", number(s.dropped), "number"),
			node("td", number(s.broken), "number"), node("td", when(s.heard_at) || "never"));
		return row;
	}));
	byId("counters").replaceChildren(...health.counters.map(c => {
		const e = node("div");
		e.append(node("dt", c.name), node("dd", number(c.value)));
		return e;
	}));
}

function fill(table, rows, none) {
	byId(table).tBodies[0].replaceChildren(...rows);
	if (none)
		byId(none).hidden = rows.length > 0;
}

async function get(path) {
	const answer = await fetch(path, { headers: { Accept: "application/json" } });
	if (answer.status === 401)
		location.assign("/login");
	if (!answer.ok)
		throw new Error((await answer.json()).error);
	return answer.json();
}

async function loadAlerts() {
	const asked = ++state.asked;
	const form = byId("filter");
	const query = new URLSearchParams({ limit: PAGE, offset: state.offset });
	for (const [key, value] of new FormData(form))
		if (value)
			query.set(key, value);
	const got = await get(`/api/v1/alerts?${query}`);
	if (asked !== state.asked)
		return;
	state.total = got.total;
	if (state.offset >= got.total && state.offset > 0) {
		state.offset = 0;
		loadAlerts();
		return;
	}
	fill("alert-table", got.alerts.map(a => {
		const row = node("tr");
		const verdict = node("td");
		const link = node("a", a.verdict + (a.muted ? " (muted)" : "") + (a.state === "closed" ? " (closed)" : ""));
		link.href = `/alerts/${encodeURIComponent(a.id)}`;
		verdict.append(link);
		row.append(pill(a.severity), node("td", a.score, "number"), verdict,
			node("td", a.client || "many"), node("td", place(a.zone), "zone"), node("td", a.tool || "", "zone"),
			node("td", bytes(a.bytes_up), "number"), node("td", bytes(a.bytes_down), "number"),
			node("td", when(a.last_seen)));
		return row;
	}), "no-alerts");
	choose(Math.min(state.chosen, got.alerts.length - 1), false);
	byId("alerts-total").textContent = `${number(got.total)}`;
	byId("range").textContent = got.total > 0 ?
		`${state.offset + 1} to ${Math.min(state.offset + PAGE, got.total)} of ${got.total}` : "";
	byId("before").disabled = state.offset === 0;
	byId("after").disabled = state.offset + PAGE >= got.total;
}

async function loadPairs() {
	const got = await get("/api/v1/pairs");
	fill("pair-table", got.pairs.slice(0, 100).map(p => {
		const row = node("tr");
		row.append(node("td", p.score, "number"), node("td", p.verdict), node("td", p.client),
			node("td", place(p.zone), "zone"), node("td", bytes(p.bytes_up), "number"),
			node("td", bytes(p.bytes_down), "number"), node("td", when(p.last_seen)));
		return row;
	}), "no-pairs");
}

async function loadMutes() {
	const got = await get("/api/v1/mutes");
	fill("mute-table", got.mutes.map(m => {
		const row = node("tr");
		const last = node("td");
		const button = node("button", "Unmute");
		button.addEventListener("click", async () => {
			await fetch(`/api/v1/mutes/${m.number}`, { method: "DELETE" });
			loadMutes();
		});
		last.append(button);
		row.append(node("td", m.client || "any"), node("td", m.zone || "any", "zone"),
			node("td", m.reason, "zone"), node("td", when(m.until) || "unmuted"), last);
		return row;
	}), "no-mutes");
}

function choose(i, focus) {
	const rows = byId("alert-table").tBodies[0].rows;
	if (rows.length === 0)
		return;
	state.chosen = Math.max(-1, Math.min(i, rows.length - 1));
	[...rows].forEach((row, k) => row.classList.toggle("chosen", k === state.chosen));
	if (focus && state.chosen >= 0)
		rows[state.chosen].querySelector("a").focus();
}

document.addEventListener("keydown", event => {
	if (event.target.closest("input, select, textarea") || event.ctrlKey || event.altKey || event.metaKey)
		return;
	if (event.key === "/") {
		event.preventDefault();
		byId("search").focus();
	} else if (event.key === "j") {
		choose(state.chosen + 1, true);
	} else if (event.key === "k") {
		choose(Math.max(0, state.chosen - 1), true);
	}
});

let typing;
byId("filter").addEventListener("input", () => {
	clearTimeout(typing);
	typing = setTimeout(() => {
		state.offset = 0;
		loadAlerts();
	}, 150);
});
byId("filter").addEventListener("submit", event => event.preventDefault());
byId("before").addEventListener("click", () => {
	state.offset = Math.max(0, state.offset - PAGE);
	loadAlerts();
});
byId("after").addEventListener("click", () => {
	state.offset += PAGE;
	loadAlerts();
});

const live = new EventSource("/api/v1/events");
live.addEventListener("message", event => {
	byId("live").textContent = "live";
	byId("live").className = "on";
	showOverview(JSON.parse(event.data));
});
live.addEventListener("error", () => {
	byId("live").textContent = "not connected";
	byId("live").className = "off";
});
loadMutes();
get("/api/v1/overview").then(showOverview);
