/* SPDX-License-Identifier: ISC
 *
 * One alert: the form that mutes it. */
"use strict";
document.getElementById("mute").addEventListener("submit", async event => {
	event.preventDefault();
	const form = event.currentTarget;
	const said = document.getElementById("said");
	const answer = await fetch("/api/v1/mutes", {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({
			client: form.dataset.client,
			zone: form.dataset.zone,
			reason: form.elements.reason.value,
			hours: Number(form.elements.hours.value),
		}),
	});
	const told = await answer.json().catch(() => ({}));
	said.textContent = answer.ok ? `Muted, number ${told.number}.` : told.error || "That did not work.";
	if (answer.ok)
		form.reset();
});
