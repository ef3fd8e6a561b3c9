// Crop, focus and trim by hand: what is dragged and pressed here is written into the fields that stand beside it, so the
// form says the same without scripts.

const clamp = (value) => Math.min(Math.max(value, 0), 100);
const short = (value) => String(Math.round(value * 10) / 10);

function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = (Math.round((seconds - minutes * 60) * 100) / 100).toString();
  return `${minutes}:${rest.split(".")[0].length < 2 ? "0" : ""}${rest}`;
}

class Stage {
  constructor(details) {
    this.details = details;
    this.stage = details.querySelector("[data-stage]");
    this.box = details.querySelector("[data-box]");
    this.point = details.querySelector("[data-focus-point]");
    this.boxValue = details.querySelector("[data-box-value]");
    this.focusValue = details.querySelector("[data-focus-value]");
    const picture = this.stage.querySelector("img[data-src]");
    if (picture && !picture.src) picture.src = picture.dataset.src;
    this.stage.hidden = false;
    this.uncut = details.querySelector("[data-uncut]");
    this.uncut.hidden = false;
    this.listen();
    this.draw();
  }

  listen() {
    const media = this.stage.querySelector("img, video");
    // A video is pressed to be played; its picture is cropped by its numbers and its focus alone.
    if (media.matches("img")) media.addEventListener("pointerdown", (event) => this.drag(event));
    media.addEventListener("dragstart", (event) => event.preventDefault());
    this.point.addEventListener("keydown", (event) => this.nudge(event));
    this.point.addEventListener("pointerdown", (event) => this.movePoint(event));
    this.uncut.addEventListener("click", () => this.write("", ""));
    for (const field of [this.boxValue, this.focusValue]) field.addEventListener("input", () => this.draw());
    const video = this.stage.querySelector("video");
    if (video) this.offerMoments(video);
  }

  at(event) {
    const frame = this.stage.getBoundingClientRect();
    return [
      clamp(((event.clientX - frame.left) / frame.width) * 100),
      clamp(((event.clientY - frame.top) / frame.height) * 100),
    ];
  }

  drag(event) {
    const [left, top] = this.at(event);
    const move = (moved) => {
      const [x, y] = this.at(moved);
      const size = [Math.abs(x - left), Math.abs(y - top)];
      if (Math.max(...size) > 2) {
        this.boxValue.value = [Math.min(x, left), Math.min(y, top), ...size].map(short).join(",");
        this.draw();
      }
    };
    this.follow(event, move);
  }

  movePoint(event) {
    this.follow(event, (moved) => {
      this.focusValue.value = this.at(moved).map(short).join(",");
      this.draw();
    });
  }

  follow(event, move) {
    event.preventDefault();
    event.target.setPointerCapture(event.pointerId);
    event.target.addEventListener("pointermove", move);
    const end = () => {
      event.target.removeEventListener("pointermove", move);
      this.changed();
    };
    event.target.addEventListener("pointerup", end, { once: true });
  }

  nudge(event) {
    const steps = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] };
    if (!steps[event.key]) return;
    event.preventDefault();
    const [x, y] = this.focus();
    const [across, down] = steps[event.key];
    this.focusValue.value = [clamp(x + across), clamp(y + down)].map(short).join(",");
    this.draw();
    this.changed();
  }

  focus() {
    const numbers = this.focusValue.value.split(",").map(Number);
    return numbers.length === 2 && numbers.every(Number.isFinite) ? numbers : [50, 50];
  }

  write(box, focus) {
    this.boxValue.value = box;
    this.focusValue.value = focus;
    this.draw();
    this.changed();
  }

  changed() {
    this.boxValue.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Positions are set through the object model, which the content security policy leaves to scripts of ours.
  draw() {
    const [x, y] = this.focus();
    Object.assign(this.point.style, { insetInlineStart: `${x}%`, insetBlockStart: `${y}%` });
    const numbers = this.boxValue.value.split(",").map(Number);
    const isBox = this.boxValue.value.trim() && numbers.length === 4 && numbers.every(Number.isFinite);
    this.box.hidden = !isBox;
    if (!isBox) return;
    const [left, top, width, height] = numbers;
    Object.assign(this.box.style, {
      insetInlineStart: `${left}%`, insetBlockStart: `${top}%`, inlineSize: `${width}%`, blockSize: `${height}%`,
    });
  }

  offerMoments(video) {
    for (const [name, label] of [["start", "From here"], ["end", "To here"], ["frame", "This moment"]]) {
      const field = this.details.querySelector(`[data-${name}-value]`);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn ghost sm";
      button.textContent = label;
      button.addEventListener("click", () => {
        field.value = clock(video.currentTime);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      field.closest(".field").append(button);
    }
  }
}

document.addEventListener(
  "toggle",
  (event) => {
    const details = event.target;
    if (!details.matches?.("[data-cut]") || !details.open || details.stageIsSet) return;
    details.stageIsSet = true;
    new Stage(details);
  },
  true,
);
