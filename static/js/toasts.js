// Results in a corner. Good news leaves by itself; what went wrong or deserves a look waits until it is closed.

const READ_MILLISECONDS = 7000;
const shelf = document.getElementById("toasts");

function attend(toast) {
  if (!toast.dataset.tone) setTimeout(() => toast.remove(), READ_MILLISECONDS);
}

function show(words) {
  if (shelf.querySelector("[data-offline]")) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.tone = "bad";
  toast.dataset.offline = "";
  toast.setAttribute("role", "alert");
  const text = document.createElement("span");
  text.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.dismiss = "";
  close.textContent = "Close";
  toast.append(text, close);
  shelf.append(toast);
}

if (shelf) {
  shelf.querySelectorAll("[data-toast]").forEach(attend);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.dataset?.toast !== undefined) attend(node);
    }
  }).observe(shelf, { childList: true });

  shelf.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".toast").remove();
  });

  // What asks by itself fails by itself: nobody has done anything.
  const isQuiet = (event) => event.detail.elt?.dataset?.quiet !== undefined;
  document.body.addEventListener("htmx:sendError", (event) => {
    if (!isQuiet(event)) show("Postroom can’t be reached. What you wrote is still here.");
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (isQuiet(event)) return;
    const status = event.detail.xhr.status;
    if (status === 403) show("You are signed out or may not do this. Reload the page.");
    else if (status === 404) show("This is gone. Reload the page.");
    else show("That did not work. What you wrote is still here; try again.");
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) shelf.querySelector("[data-offline]")?.remove();
  });
}
