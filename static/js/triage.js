// Triage with keys in the queue of approvals. J and K walk (frame.js); A, C, R and O are about the post that has the focus.
// A post is judged only when it is open: the first press opens it, the next one decides.

const VERDICTS = { a: "approve", c: "request_changes", r: "reject" };

function decide(item, verdict) {
  if (!item.open) {
    item.open = true;
    return;
  }
  const note = item.querySelector("textarea");
  // What is asked for or refused needs a reason, so the first press leads to where it is written.
  if (verdict !== "approve" && !note.value.trim()) note.focus();
  else item.querySelector(`button[value="${verdict}"]`).click();
}

// In the capturing phase: elsewhere on the page these keys mean something else.
document.addEventListener(
  "keydown",
  (event) => {
    if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches("textarea, input:not([type=checkbox]), select")) return;
    const item = event.target.closest("[data-triage]");
    if (!item || !(event.key in VERDICTS || event.key === "o")) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (event.key === "o") item.querySelector("[data-open]").click();
    else decide(item, VERDICTS[event.key]);
  },
  { capture: true },
);
