// The frame of every page: shortcuts, theme, lists one can walk with keys, fragments that keep what a person opened.
// Everything here has a twin that works without it: a link, a button or a form.

const body = document.body;

// --- shortcuts -------------------------------------------------------------------------------------------------------

const writing = (element) =>
  element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

function walk(step) {
  const steps = [...document.querySelectorAll("[data-step]")].filter((one) => one.offsetParent !== null);
  if (!steps.length) return;
  const here = steps.indexOf(document.activeElement);
  steps[Math.min(Math.max(here + step, 0), steps.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const palette = document.getElementById("palette");
    if (!palette) return;
    event.preventDefault();
    palette.togglePopover();
    return;
  }
  if (body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (document.querySelector("[popover]:popover-open")) return;
  if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1);
  } else if (event.key === "?") {
    document.getElementById("keys")?.showPopover();
  } else {
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
});

// --- the palette: arrows move through what was found ---------------------------------------------------------------------

document.getElementById("palette")?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [document.getElementById("jump"), ...event.currentTarget.querySelectorAll(".plist a")];
  const here = stops.indexOf(document.activeElement);
  event.preventDefault();
  stops.at((here + (event.key === "ArrowDown" ? 1 : -1)) % stops.length).focus();
});

// --- theme: at once here, remembered by the form's own address -------------------------------------------------------------

document.querySelector("[data-theme-form]")?.addEventListener("submit", async (event) => {
  const form = event.target;
  const theme = event.submitter?.value ?? "";
  const data = new FormData(form, event.submitter);
  event.preventDefault();
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of form.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  try {
    await fetch(form.action, { method: "POST", body: data, headers: { "X-Requested-With": "fetch" } });
  } catch {
    form.submit();
  }
});

// --- small conveniences ------------------------------------------------------------------------------------------------------

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-upload-form] input[type=file]") && event.target.files.length) {
    event.target.form.requestSubmit();
  }
});

// A new agency most often sits where its browser does.
for (const select of document.querySelectorAll("select[data-guess-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}

document.querySelector("[data-focus]")?.focus();

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (zone) zone.toggleAttribute("data-over", name === "dragover");
  });
}

// --- unsaved words are not lost by a stray click -------------------------------------------------------------------------------

for (const form of document.querySelectorAll("[data-guard]")) {
  let dirty = false;
  form.addEventListener("input", (event) => {
    if (!event.target.matches("[type=radio]")) dirty = true;
  });
  form.addEventListener("submit", () => {
    dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}

// --- fragments: what was open stays open, what changed is said -------------------------------------------------------------------

const said = new Map([...document.querySelectorAll("[data-announce]")].map((one) => [one.id, one.dataset.announce]));
let open = [];
let held = null;

body.addEventListener("htmx:beforeSwap", (event) => {
  // What has an id keeps the focus by itself; a link is known by where it leads.
  const focused = event.detail.target.contains(document.activeElement) ? document.activeElement : null;
  held = focused && !focused.id ? focused.getAttribute("href") : null;
  open = [...event.detail.target.querySelectorAll("details[data-keep-open][open]")].map((one) => one.id);
});

body.addEventListener("htmx:afterSwap", (event) => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  open = [];
  if (held) event.detail.target?.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
  held = null;
  for (const one of document.querySelectorAll("[data-announce]")) {
    if (said.get(one.id) !== one.dataset.announce) {
      document.getElementById("live").textContent = one.dataset.announce;
      said.set(one.id, one.dataset.announce);
    }
  }
});

// A button that copies what a field or an example shows; without scripts it is selected and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    const said = button.querySelector("[data-copied]");
    if (said) said.textContent = said.dataset.copied;
  });
}
