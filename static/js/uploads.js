// Files on their way in: dropped, pasted or chosen, several at once, each in pieces with its progress. A lost connection is
// waited for, and then goes on where it stood (see apps/media/views/uploads.py for the protocol).
//
// [data-uploader]   a form of its own (the library: the page is shown anew when all have arrived), or a part of the
//                   composer (`data-attach-to`: each file is put into the post through the button [data-attach])
// [data-uploads]    the list in which each file is shown

const AT_ONCE = 2;
const PAUSES = [1, 2, 5, 10, 20, 30]; // seconds before going on after a lost connection
const ASK_AGAIN = 1000; // milliseconds between two looks at a file that is being looked at

const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);

class Refused extends Error {}
class GivenUp extends Error {}

async function ask(method, url, body, headers = {}) {
  const response = await fetch(url, {
    method,
    headers: { "X-CSRFToken": csrf(), Accept: "application/json", ...headers },
    body: body && !(body instanceof Blob) ? JSON.stringify(body) : body,
    credentials: "same-origin",
  });
  const answer = await response.json().catch(() => ({}));
  if (response.status >= 500) throw new TypeError("The server is ill");
  if (!response.ok && answer.error?.code !== "wrong_offset") {
    throw new Refused(answer.error?.words ?? "This file was not taken. Sign in again and try once more.");
  }
  return answer;
}

// --- one file ----------------------------------------------------------------------------------------------------------

class Line {
  constructor(list, name) {
    this.item = document.createElement("li");
    const label = document.createElement("span");
    label.className = "trunc";
    label.textContent = name;
    this.note = document.createElement("span");
    this.note.className = "muted num";
    this.stop = document.createElement("button");
    this.stop.type = "button";
    this.stop.className = "btn ghost sm";
    this.stop.textContent = "Stop";
    this.bar = document.createElement("progress");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", `How much of ${name} has arrived`);
    this.item.append(label, this.note, this.stop, this.bar);
    list.hidden = false;
    list.append(this.item);
  }

  say(words) {
    this.note.textContent = words;
  }

  refuse(words) {
    this.bar.remove();
    this.stop.textContent = "Dismiss";
    this.stop.onclick = () => this.item.remove();
    this.say("");
    const error = document.createElement("p");
    error.className = "error";
    error.setAttribute("role", "alert");
    error.textContent = words;
    this.item.append(error);
  }
}

async function send(file, line, folder) {
  let upload = await patiently(line, () => ask("POST", "/media/uploads/", { name: file.name, size: file.size, folder }));
  line.stop.onclick = () => {
    line.isStopped = true;
    ask("DELETE", upload.url).catch(() => {});
  };
  while (upload.received < file.size && upload.state === "receiving") {
    upload = await patiently(line, () => sendNext(file, upload, line), async () => {
      upload = await ask("GET", upload.url);
    });
    line.bar.value = upload.received / file.size;
    line.say(`${size(upload.received)} of ${size(file.size)}`);
  }
  line.stop.hidden = true;
  line.say("Being looked at");
  line.bar.removeAttribute("value");
  upload = await patiently(line, () => ask("POST", `${upload.url}complete/`, { etags: upload.etags ?? {} }));
  while (["received", "probing", "receiving"].includes(upload.state)) {
    await wait(ASK_AGAIN);
    upload = await patiently(line, () => ask("GET", upload.url));
  }
  if (upload.state !== "done") throw new Refused(upload.words || "This file was not taken.");
  return upload.asset;
}

async function sendNext(file, upload, line) {
  if (line.isStopped) throw new GivenUp();
  if (upload.how === "pieces") {
    const piece = file.slice(upload.received, upload.received + upload.part_size);
    const answer = await ask("PUT", upload.url, piece, {
      "Content-Type": "application/octet-stream",
      "Upload-Offset": String(upload.received),
    });
    return { ...upload, ...answer, received: answer.received ?? answer.error?.received ?? upload.received };
  }
  return sendToBucket(file, upload);
}

// Straight into the bucket, by presigned addresses: one PUT, or part by part.
async function sendToBucket(file, upload) {
  if (upload.how === "put") {
    const response = await fetch(upload.put_url, { method: "PUT", body: file });
    if (!response.ok) throw new TypeError("The bucket did not take it");
    return { ...upload, received: file.size };
  }
  const number = Math.floor(upload.received / upload.part_size) + 1;
  const { urls } = await ask("POST", `${upload.url}parts/`, { numbers: [number] });
  const part = file.slice(upload.received, upload.received + upload.part_size);
  const response = await fetch(urls[number], { method: "PUT", body: part });
  if (!response.ok) throw new TypeError("The bucket did not take it");
  const etag = response.headers.get("ETag");
  const etags = etag ? { ...upload.etags, [number]: etag } : upload.etags;
  return { ...upload, etags, received: upload.received + part.size };
}

// Goes on after a lost connection; what was refused is refused.
async function patiently(line, step, before = async () => {}) {
  for (let tries = 0; ; tries += 1) {
    try {
      if (tries) await before();
      return await step();
    } catch (error) {
      if (line.isStopped) throw new GivenUp();
      if (!(error instanceof TypeError)) throw error;
      line.say("The connection is lost. Going on as soon as it is back.");
      await wait(1000 * PAUSES[Math.min(tries, PAUSES.length - 1)]);
    }
  }
}

// --- many files --------------------------------------------------------------------------------------------------------

class Uploader {
  constructor() {
    this.waiting = [];
    this.busy = 0;
    this.arrived = []; // by the order in which they were chosen, whichever is first to arrive
    this.chosen = 0;
    this.failed = false;
  }

  // The element may have been swapped meanwhile: it is looked for each time.
  get place() {
    return document.querySelector("[data-uploader]");
  }

  add(files) {
    const list = this.place.querySelector("[data-uploads]");
    for (const file of files) this.waiting.push({ file, line: new Line(list, file.name), place: this.chosen++ });
    this.next();
  }

  next() {
    while (this.busy < AT_ONCE && this.waiting.length) this.take(this.waiting.shift());
    if (!this.busy && !this.waiting.length) this.finish();
  }

  async take({ file, line, place }) {
    this.busy += 1;
    try {
      this.arrived[place] = await send(file, line, this.place?.dataset.folder || undefined);
      line.item.remove();
    } catch (error) {
      if (error instanceof GivenUp) {
        line.item.remove();
      } else {
        this.failed = true;
        line.refuse(error instanceof Refused ? error.message : "Something went wrong here. Choose the file again.");
      }
    }
    this.busy -= 1;
    this.next();
  }

  finish() {
    const arrived = this.arrived.splice(0).filter(Boolean);
    this.chosen = 0;
    if (!arrived.length) return;
    const button = this.place.querySelector("[data-attach]");
    if (button) {
      button.value = `media-add:${arrived.join(",")}`;
      button.click();
    } else if (!this.failed) {
      window.location.reload();
    } else {
      this.tellOfTheOthers(arrived.length);
    }
  }

  // What was refused stays to be read, so the page is not shown anew by itself.
  tellOfTheOthers(count) {
    this.others = (this.others ?? 0) + count;
    const list = this.place.querySelector("[data-uploads]");
    const line = list.querySelector("[data-others]") ?? list.appendChild(document.createElement("li"));
    line.dataset.others = "";
    line.textContent = this.others === 1 ? "1 file is in the library." : `${this.others} files are in the library.`;
    const show = document.createElement("button");
    show.type = "button";
    show.className = "btn sm";
    show.textContent = "Show them";
    show.addEventListener("click", () => window.location.reload());
    line.append(show);
  }
}

const uploader = new Uploader();

if (uploader.place) {
  document.addEventListener(
    "change",
    (event) => {
      if (!event.target.matches("[data-uploader] input[type=file]")) return;
      event.stopImmediatePropagation();
      uploader.add([...event.target.files]);
      event.target.value = "";
    },
    true,
  );

  // A picture on the clipboard goes the same way, unless somebody pastes words.
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    uploader.add(files);
  });

  // Files are dropped on the zone, and anywhere else by mistake: there they must not replace the page.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    uploader.add(files);
  });

  window.addEventListener("beforeunload", (event) => {
    if (uploader.busy) event.preventDefault();
  });
}
