// The composer without scripts shows a text version for every account and a button for every step. Here only the versions
// of chosen accounts stay, pictures go up as soon as they are dropped, and links lead into the field they mean.

const form = document.querySelector("[data-composer]");

if (form) {
  const chosen = () => new Set([...form.querySelectorAll("input[name=accounts]:checked")].map((one) => one.value));

  function showVersions() {
    const ids = chosen();
    for (const part of form.querySelectorAll("[data-version]")) part.hidden = !ids.has(part.dataset.version);
    const openVersion = form.querySelector("input[name=version]:checked");
    if (!openVersion || openVersion.hidden) form.querySelector("#version-shared").checked = true;
    const count = form.querySelector("[data-account-count]");
    if (count) {
      const all = form.querySelectorAll("input[name=accounts]").length;
      count.textContent = `${ids.size} of ${all} account${all === 1 ? "" : "s"}`;
    }
  }

  form.addEventListener("change", (event) => {
    if (event.target.name === "accounts") showVersions();
  });
  showVersions();

  // Who leaves the page, most often by sending the form, ends a preview under way: that is no error to speak of.
  let preview = null;
  let leaving = false;
  function leave() {
    leaving = true;
    if (!preview) return;
    preview.onload = preview.onerror = preview.onabort = null;
    preview.abort();
  }
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving) event.preventDefault();
    else preview = event.detail.xhr;
  });
  form.addEventListener("submit", leave);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (!event.persisted || !preview) return;
    // The page came back as it was left; its asker still waits for the answer that was given up.
    const asker = form.querySelector("[data-asks-for-preview]");
    const fresh = asker.cloneNode(true);
    asker.replaceWith(fresh);
    window.htmx.process(fresh);
  });

  // A picture or a part of the thread came or went: look again at counters and preview, and go where writing goes on.
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (!["media", "after"].includes(event.detail.target.id)) return;
    form.dispatchEvent(new CustomEvent("composer:changed"));
    if (event.detail.requestConfig.elt.value === "reply-add") form.querySelector("[data-reply]:last-of-type textarea")?.focus();
  });

  // "Shorten for X" and its kin: open the version that holds the field before going there.
  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (!link) return;
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const panel = field.closest(".version-panel");
    const radio = panel && form.querySelector(`#version-${CSS.escape(panel.dataset.version ?? "shared")}`);
    if (radio) radio.checked = true;
    field.scrollIntoView({ block: "center" });
    (field.matches("input, textarea, select") ? field : field.querySelector("input, textarea, select, button"))?.focus();
  });
}
