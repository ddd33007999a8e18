// Live parts of the page: keys, side pane, brush, news, progress of actions. Every page works without them.
//
// Data attributes and elements that it reads:
//   body[data-prefix]                  path before every address ("" at the root)
//   input[data-key="/"]                the search box that "/" focuses
//   .filter-words input, .facets a     what "f" focuses
//   tr[data-testid=row][data-id]       a row of a list, with a.open (its page) and input[name=target] (its checkbox)
//   [data-selected]                    text that says how many rows are selected
//   [data-live-stream=STREAM]          a list that says "12 new"; [data-live-after=ROW] the store's newest row when it was made
//   [data-live-action=ID]              an action; with [data-live-open] its progress is followed, shown in
//                                      [data-testid=action-status], [data-live-reason] and [data-live-note];
//                                      [data-part=ADDRESS] is fetched in its place when it has ended
//   svg[data-brush]                    a chart over time: data-from and data-to (times at its edges), data-left and data-right
//                                      (x of these edges in the viewBox), data-brush (the page to narrow, "" = this one)
//   time[datetime][title], [data-ago]  a time; its title, or its text with data-ago, says how long ago it was
//   [data-help]                        a button that shows the keys
// It makes: aside#pane, dialog.keys, .live-new, rect.brushed. Parameters of the address: open, from, to, after.

const prefix = document.body.dataset.prefix ?? "";
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function addressWith(values, base = location.href) {
  const address = new URL(base, location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  return address;
}

async function fragment(address) {
  const answer = await fetch(addressWith({ part: "pane" }, address), { headers: { Accept: "text/html" } });
  // A login page, or an error, is a page of its own.
  if (!answer.ok || !new URL(answer.url).searchParams.has("part")) throw new Error(answer.status);
  const made = new DOMParser().parseFromString(await answer.text(), "text/html");
  return ($("#main", made) ?? made.body).childNodes;
}

const status = element("div", { class: "unseen", role: "status", "aria-live": "polite" });
document.body.append(status);

// Rows: one is the current one; it has the focus, so that the browser and screen readers follow.

const rows = () => $$("tr[data-testid=row][data-id]");
let current = null;

function makeCurrent(row) {
  current?.removeAttribute("aria-current");
  current = row;
  row.setAttribute("aria-current", "true");
}

function move(by) {
  const all = rows();
  if (!all.length) return;
  const place = all.indexOf(current);
  const row = all[place < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + by, 0), all.length - 1)];
  makeCurrent(row);
  $("a.open", row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (paneRow) open(row, { focus: false });
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("tr[data-testid=row][data-id]");
  if (row && row !== current) makeCurrent(row);
});

function select(row) {
  const box = row && $("input[name=target]", row);
  if (!box) return;
  box.checked = !box.checked;
  countSelected();
}

function countSelected() {
  const count = $$("input[name=target]:checked").length;
  for (const each of $$("[data-selected]")) each.textContent = `${count} selected`;
}

document.addEventListener("change", (event) => event.target.name === "target" && countSelected());
if ($("[data-selected]")) countSelected();

// The side pane: a row's page as a fragment, beside the list; the address says which.

let paneRow = null;
let asked = 0;

function pane() {
  let found = $("#pane");
  if (!found) {
    found = element("aside", { id: "pane", tabindex: "-1", "aria-label": "Details", hidden: "" });
    document.body.append(found);
  }
  return found;
}

async function open(row, { focus = true, push = true } = {}) {
  const link = row && $("a.open", row);
  if (!link) return;
  // There is no room beside the list.
  if (matchMedia("(max-width: 700px)").matches) return void (location.href = link.href);
  const number = ++asked;
  let content;
  try {
    content = await fragment(link.href);
  } catch {
    if (number === asked) location.href = link.href;
    return;
  }
  if (number !== asked) return;
  const was = paneRow;
  paneRow = row;
  makeCurrent(row);
  const aside = pane();
  const close = element("button", { type: "button", class: "quiet" }, "Close");
  close.addEventListener("click", () => closePane());
  aside.replaceChildren(
    element("div", { class: "pane-top" }, element("a", { href: link.href }, "Open as a page"), close),
    ...content,
  );
  aside.hidden = false;
  aside.scrollTop = 0;
  if (push) history[was ? "replaceState" : "pushState"]({}, "", addressWith({ open: row.dataset.id }));
  if (focus) aside.focus({ preventScroll: true });
  startLive();
  tellTimes();
}

function closePane({ push = true } = {}) {
  asked++;
  if (!paneRow) return false;
  const row = paneRow;
  paneRow = null;
  pane().hidden = true;
  pane().replaceChildren();
  startLive();
  if (push) history.pushState({}, "", addressWith({ open: null }));
  $("a.open", row)?.focus({ preventScroll: true });
  return true;
}

function openByAddress() {
  const id = new URL(location.href).searchParams.get("open");
  const row = id && rows().find((each) => each.dataset.id === id);
  if (row) open(row, { focus: false, push: false });
  else closePane({ push: false });
}

window.addEventListener("popstate", openByAddress);
if (new URL(location.href).searchParams.has("open")) openByAddress();

document.addEventListener("click", (event) => {
  const row = event.target.closest?.("a.open")?.closest("tr[data-testid=row][data-id]");
  if (!row || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(row);
});

// Keys.

const PLACES = { o: "/", a: "/alerts", u: "/unified-alerts", t: "/threats", h: "/hosts", v: "/vulnerabilities",
  p: "/applications", y: "/activity", g: "/groups", r: "/actions", c: "/collection" };
const KEYS = [
  ["j k", "next and previous row"], ["o Enter", "open the row beside the list"], ["x", "select the row"],
  ["/", "search"], ["f", "filter this list"], ["n", "show new rows"], ["Esc", "close"],
  ["g then letter", Object.entries(PLACES).map(([key, path]) => `${key} ${path.slice(1) || "overview"}`).join(", ")],
  ["← →", "on a chart: move the range; with Shift extend it; Enter narrows to it"],
];
const stored = (() => { try { return window.localStorage; } catch { return null; } })();
let keysOn = stored?.getItem("keys") !== "off";
let leading = false;

function help() {
  let dialog = $("dialog.keys");
  if (!dialog) {
    const list = element("dl");
    for (const [key, meaning] of KEYS) list.append(element("dt", {}, element("kbd", {}, key)), element("dd", {}, meaning));
    const box = element("input", { type: "checkbox" });
    box.checked = keysOn;
    box.addEventListener("change", () => {
      keysOn = box.checked;
      stored?.setItem("keys", keysOn ? "on" : "off");
    });
    dialog = element("dialog", { class: "keys", "aria-labelledby": "keys-heading" },
      element("h2", { id: "keys-heading" }, "Keys"), list,
      element("label", {}, box, " Keys of one letter"),
      element("form", { method: "dialog" }, element("button", {}, "Close")));
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}

for (const button of $$("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", help);
}

function go(letter) {
  const path = PLACES[letter];
  if (!path) return;
  const link = $$("nav a").find((each) => new URL(each.href).pathname === prefix + path);
  location.href = link ? link.href : prefix + path;
}

const HANDLERS = {
  j: () => move(1), k: () => move(-1), o: () => open(current), x: () => select(current),
  "/": () => $("[data-key='/']")?.select(), f: () => $(".filter-words input:not([type=hidden]), .facets a")?.focus(),
  n: () => $(".live-new button")?.click(), "?": help, g: () => { leading = true; setTimeout(() => { leading = false; }, 1500); },
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if ($("dialog[open]")) return;
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (event.key === "Escape") {
    if (typing) typing.blur();
    else if (closePane()) event.preventDefault();
    return;
  }
  if (typing || !keysOn) return;
  if (leading) {
    leading = false;
    event.preventDefault();
    return go(event.key);
  }
  if (Object.hasOwn(HANDLERS, event.key)) {
    event.preventDefault();
    HANDLERS[event.key]();
  }
});

// Brush: a range of time dragged on a chart, or moved by arrow keys.

for (const chart of $$("svg[data-brush]")) {
  const from = Date.parse(chart.dataset.from), to = Date.parse(chart.dataset.to);
  if (!(to > from)) continue;
  const box = chart.viewBox.baseVal;
  const left = Number(chart.dataset.left ?? box.x), right = Number(chart.dataset.right ?? box.x + box.width);
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  mark.setAttribute("class", "brushed");
  mark.setAttribute("y", box.y);
  mark.setAttribute("height", box.height);
  let range = null, start = null, dragged = false;
  const inside = (x) => Math.min(Math.max(x, left), right);
  const place = (event) => inside(new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse()).x);
  const time = (x) => new Date(from + ((x - left) / (right - left)) * (to - from)).toISOString().replace(/\.\d+Z$/, "Z");
  const show = (a, b) => {
    range = [Math.min(a, b), Math.max(a, b)];
    mark.setAttribute("x", range[0]);
    mark.setAttribute("width", range[1] - range[0]);
    if (!mark.isConnected) chart.append(mark);
  };
  const clear = () => { range = start = null; mark.remove(); };
  const apply = () => {
    location.href = addressWith({ from: time(range[0]), to: time(range[1]), after: null, open: null },
      chart.dataset.brush ? new URL(chart.dataset.brush, location.href) : location.href);
  };
  chart.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch") return;
    start = place(event);
    dragged = false;
  });
  chart.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const x = place(event);
    // A small move is a click on a bar, which is a link.
    if (!dragged && Math.abs(x - start) * (chart.clientWidth / box.width) < 5) return;
    if (!dragged) chart.setPointerCapture(event.pointerId);
    dragged = true;
    show(start, x);
  });
  chart.addEventListener("pointerup", () => {
    if (dragged && range && range[1] > range[0]) apply();
    start = null;
  });
  chart.addEventListener("pointercancel", clear);
  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); dragged = false; } }, true);
  chart.setAttribute("tabindex", "0");
  chart.addEventListener("keydown", (event) => {
    const step = ((right - left) / 24) * ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0);
    if (step && event.target === chart) {
      event.preventDefault();
      const [a, b] = range ?? (step > 0 ? [left, left] : [right, right]);
      if (!range) show(a, inside(a + step));
      else if (event.shiftKey) show(a, Math.max(inside(b + step), a));
      else if (a + step >= left && b + step <= right) show(a + step, b + step);
      status.textContent = `${time(range[0])} to ${time(range[1])}`;
    } else if (event.key === "Enter" && range && event.target === chart) {
      event.preventDefault();
      apply();
    } else if (event.key === "Escape" && range) {
      event.preventDefault();
      clear();
    }
  });
}

// News by server-sent events, while the page can be seen: browsers open few connections to one host.

const MOST_ACTIONS = 3;
const streams = new Map();

function listen(key, address, handlers) {
  if (streams.has(key)) return;
  const source = new EventSource(prefix + address);
  streams.set(key, source);
  for (const [name, handler] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handler(JSON.parse(event.data), source, event));
  }
}

function hang(key) {
  streams.get(key)?.close();
  streams.delete(key);
}

function startLive() {
  const wanted = new Map();
  if (!document.hidden) {
    for (const list of $$("[data-live-stream]").slice(0, 1)) wanted.set(list, () => news(list));
    for (const each of $$("[data-live-action][data-live-open]").slice(0, MOST_ACTIONS)) wanted.set(each, () => progress(each));
  }
  for (const key of [...streams.keys()]) if (!wanted.has(key)) hang(key);
  for (const begin of wanted.values()) begin();
}

function news(list) {
  const { liveStream: stream, liveAfter: after = "" } = list.dataset;
  listen(list, `/live/new?${new URLSearchParams({ stream, after })}`, {
    new: ({ count }, _source, event) => {
      // Where the page does not know the store's newest row, the first answer tells it.
      if (!list.dataset.liveAfter) list.dataset.liveAfter = event.lastEventId.split("-")[0];
      if (count) showNews(list, count);
    },
    unavailable: () => hang(list),
  });
}

function showNews(list, count) {
  let holder = $(".live-new");
  if (!holder) {
    const button = element("button", { type: "button", "data-testid": "new" });
    button.addEventListener("click", () => { location.href = addressWith({ after: null, open: null }); });
    holder = element("div", { class: "live-new", role: "status" }, button);
    // It has no height: what is being read stays where it is.
    list.closest(".rows, .scroll, main").prepend(holder);
  }
  holder.firstChild.textContent = `${count > 999 ? "999+" : count} new`;
}

function progress(part) {
  const show = (told) => {
    const word = $("[data-testid=action-status]", part);
    if (word && word.textContent !== told.status) {
      word.textContent = told.status;
      word.className = `chip status-${/^[a-z]+$/.test(told.status) ? told.status : "batch"}`;
    }
    for (const name of ["reason", "note"]) {
      const place = $(`[data-live-${name}]`, part);
      if (place && place.textContent !== told[name]) place.textContent = told[name];
    }
  };
  const finish = async (told) => {
    hang(part);
    part.removeAttribute("data-live-open");
    show(told);
    if (!part.dataset.part) return;
    try {
      const [made] = [...(await fragment(part.dataset.part))].filter((each) => each.nodeType === 1);
      const focused = part.contains(document.activeElement);
      part.replaceWith(made);
      if (focused) { made.tabIndex = -1; made.focus({ preventScroll: true }); }
      tellTimes();
    } catch { /* The status stands there; the rest comes with a reload. */ }
  };
  listen(part, `/live/actions/${encodeURIComponent(part.dataset.liveAction)}`, {
    status: show, end: finish, unavailable: () => hang(part),
  });
}

document.addEventListener("visibilitychange", startLive);
window.addEventListener("pagehide", () => [...streams.keys()].forEach(hang));
window.addEventListener("pageshow", () => { startLive(); tellTimes(); });

// Relative times.

function ago(moment) {
  const past = Math.round((Date.now() - moment) / 1000), seconds = Math.abs(past);
  const parts = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  const first = parts.findIndex(([size]) => seconds >= size);
  const text = first < 0 ? "0s" : parts.slice(first, first + 2).map(([size, unit], place) => {
    const count = Math.floor((place ? seconds % parts[first][0] : seconds) / size);
    return count || !place ? count + unit : "";
  }).join("");
  return past < 0 ? `in ${text}` : `${text} ago`;
}

function tellTimes() {
  for (const each of $$("time[datetime]")) {
    const moment = Date.parse(each.dateTime);
    if (Number.isNaN(moment)) continue;
    if (each.hasAttribute("data-ago")) each.textContent = ago(moment);
    else if (each.title) each.title = ago(moment);
  }
}

setInterval(tellTimes, 30000);
tellTimes();
startLive();
