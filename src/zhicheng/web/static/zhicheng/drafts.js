// A section of the form that could not be saved: said at once, kept sealed in this browser, tried again by itself, and held back from 上报.
(function () {
  "use strict";
  const $ = (selector, root) => (root || document).querySelector(selector);
  const PREFIX = "zhicheng-copy:", HOURS_24 = 24 * 3600 * 1000;
  // Kept as at|base|key|iv|data|settling: milliseconds, the version it was made from, the key's id, two parts in base64, and whether it was restored.
  function stored(name) {
    let parts = [];
    try { parts = (localStorage.getItem(name) || "").split("|"); } catch { /* no storage */ }
    const [at, base, key, iv, data, settling] = parts;
    return data ? { at: Number(at), base: Number(base), key, iv, data, settling: settling === "1" } : null;
  }
  const store = (name, { at, base, key, iv, data, settling }) => localStorage.setItem(name, [at, base, key, iv, data, settling ? 1 : 0].join("|"));
  const names = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)); } catch { return []; } };
  const drop = (name) => { try { localStorage.removeItem(name); } catch { /* no storage: nothing is kept in it */ } };

  // --- what is too old goes, and all of it with a sign-out ---
  function sweep() {
    names().forEach((name) => {
      const record = stored(name);
      if (!record || !(Date.now() - record.at < HOURS_24)) { drop(name); }
    });
  }
  sweep();
  window.setInterval(sweep, 600000);
  let signedOut = false;
  document.addEventListener("submit", (event) => {
    const to = new URL(event.target.getAttribute("action") || "", location.href);
    if (document.body.dataset.signOut && to.pathname === document.body.dataset.signOut) {
      signedOut = true;
      window.setTimeout(() => { signedOut = false; }, 5000); // whoever was asked, and stayed
    }
  });
  window.addEventListener("pagehide", () => { if (signedOut) { names().forEach(drop); } });

  // --- pages before 上报: what was not saved holds it. A copy is called zhicheng-copy:PLACE:SECTION:PAGE ---
  const notSavedOf = (place) => names().filter((name) => name.startsWith(`${PREFIX}${place}:`)).map((name) => name.split(":")[2]);
  function tellLeft() {
    let left = 0;
    document.querySelectorAll("[data-copies-left]").forEach((box) => {
      const sections = notSavedOf(box.dataset.copiesLeft);
      box.hidden = !sections.length;
      box.querySelectorAll("[data-of-section]").forEach((line) => {
        const { ofSection, label } = line.dataset;
        line.hidden = !sections.includes(ofSection);
        if (line.hidden || line.firstChild) { return; }
        const link = line.appendChild(document.createElement("a"));
        link.href = line.parentElement.dataset.address.replace("SECTION", ofSection);
        link.textContent = label;
      });
      left += sections.length;
    });
    return left;
  }
  tellLeft();
  window.addEventListener("focus", tellLeft);
  window.addEventListener("storage", tellLeft);
  window.addEventListener("pageshow", tellLeft);
  window.addEventListener("submit", (event) => {
    if (!event.target.hasAttribute("data-held") || !tellLeft()) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const box = $("[data-copies-left]:not([hidden])");
    box.scrollIntoView({ block: "center" });
    box.focus({ preventScroll: true });
  }, true);

  // --- a section that saves itself ---
  const form = $("main form[data-autosave]");
  if (!form) { return; }
  const box = $("[data-answer-lost]");
  const { copyPlace, copySection, copyKeys } = form.dataset;
  const here = `${PREFIX}${copyPlace}:${copySection}:`;
  const mine = here + Math.random().toString(36).slice(2);
  const version = () => Number($("#base-version").value);
  const TOKENS = ["csrfmiddlewaretoken", "_once", "_owner"];
  const BESIDE = [...TOKENS, "base_version", "back", "box_state", "without_box", "from_library"];
  // No identity number is kept, also where one stands in a sentence: of 18 digits or of 15, in either width, in groups or apart.
  const digit = (which) => `(?:${Array.from(which, (d) => `${d}|${String.fromCharCode(d.charCodeAt(0) + 0xFEE0)}`).join("|")})`;
  const ANY = "[0-9０-９]", GAP = "[\\s._·\u2010-\u2015\u2212－-]{0,4}";
  const inARow = (...parts) => parts.join(GAP);
  const MONTH = `(?:${inARow(digit("0"), digit("123456789"))}|${inARow(digit("1"), digit("012"))})`;
  const DAY = `(?:${inARow(digit("0"), digit("123456789"))}|${inARow(digit("12"), ANY)}|${inARow(digit("3"), digit("01"))})`;
  const REGION = inARow(digit("123456789"), ANY, ANY, ANY, ANY, ANY);
  const CENTURY = `(?:${inARow(digit("1"), digit("9"))}|${inARow(digit("2"), digit("0"))})`;
  const LONG = new RegExp(inARow(REGION, CENTURY, ANY, ANY, MONTH, DAY, ANY, ANY, ANY, "[0-9０-９XxＸｘ]"), "g");
  const SHORT = new RegExp(`(^|[^0-9０-９])${inARow(REGION, ANY, ANY, MONTH, DAY, ANY, ANY, ANY)}(?![0-9０-９XxＸｘ])`, "g");
  const withoutNumbers = (value) => value.replace(LONG, form.dataset.wordsNumber).replace(SHORT, `$1${form.dataset.wordsNumber}`);
  // A tick at what the library offers is no answer of the form: it saves nothing by itself.
  const offers = $("#from-library");
  if (offers) { ["input", "change"].forEach((name) => offers.addEventListener(name, (event) => event.stopPropagation())); }
  const typedPairs = () => Array.from(new FormData(form)).filter(([name, value]) => typeof value === "string" && !BESIDE.includes(name));
  // What is filled in, row by row: empty rows, and those of a year that is asked for, are offered by the page and stand for nothing.
  function contentOf(pairs) {
    const rows = new Map();
    pairs.filter(([name, value]) => name !== "row" && value.trim()).forEach(([name, value]) => {
      const [row, field] = name.split("-");
      rows.set(row, { ...rows.get(row), [field]: withoutNumbers(value).replace(/\r\n?/g, "\n").trim() });
    });
    return JSON.stringify(Array.from(rows.values()).filter((row) => Object.keys(row).some((field) => field !== "year")).map((row) => Object.entries(row).sort()));
  }

  // --- the copy: AES-GCM with the key that the page brought ---
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const text = (buffer) => { let out = ""; new Uint8Array(buffer).forEach((b) => { out += String.fromCharCode(b); }); return btoa(out); };
  const keys = new Map(copyKeys.split(" ").map((one) => one.split(":")));
  const keyOf = (id) => crypto.subtle.importKey("raw", bytes(keys.get(id)), "AES-GCM", false, ["encrypt", "decrypt"]);
  const bound = (name, record) => new TextEncoder().encode([name, record.base, record.at].join("\n"));
  let mayKeep = Boolean(window.crypto && crypto.subtle);
  let keeping = Promise.resolve(), copied = false;
  if (!mayKeep) { $("[data-copy-none]").hidden = false; }
  async function keep() {
    if (!mayKeep || !pending) { return; }
    const [id] = keys.keys();
    const record = { at: Date.now(), base: version(), key: id };
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const pairs = typedPairs().map(([name, value]) => [name, withoutNumbers(value)]);
    try {
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(mine, record) }, await keyOf(id), new TextEncoder().encode(new URLSearchParams(pairs)));
      if (!pending || !mayKeep) { return; }
      store(mine, { ...record, iv: text(iv), data: text(sealed) });
      copied = true;
    } catch { copied = false; } // full, or forbidden
  }
  const keepNow = () => { keeping = keeping.then(keep); return keeping; };
  function dropOwn() { copied = false; drop(mine); }
  async function read(name) {
    const record = stored(name);
    if (!record || !mayKeep) { return null; }
    try {
      const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(record.iv), additionalData: bound(name, record) }, await keyOf(record.key), bytes(record.data));
      return { ...record, name, pairs: Array.from(new URLSearchParams(new TextDecoder().decode(opened))) };
    } catch { drop(name); return null; } // changed, or of another key: nobody can read it any more
  }

  // --- what stands on the page about it ---
  let pending = false, failing = "", wait = 2, timer = 0, typings = 0, sentTypings = 0, sentPairs = null, goOn = null, keepTimer = 0;
  const say = (key) => form.dataset[key] || "";
  const join = (...words) => words.filter(Boolean).join(document.documentElement.lang === "zh-CN" ? "" : " ");
  function notSaved(words) {
    const state = $("#save-state");
    state.className = failing ? "save-state save-state-bad" : "save-state";
    if (failing) { state.setAttribute("role", "alert"); } else { state.removeAttribute("role"); }
    state.textContent = words;
  }
  async function tell(words) {
    await keepNow();
    if (!failing) { return; }
    if (pending) { notSaved(say("wordsNotSaved")); }
    const copy = !pending ? "" : copied ? say("wordsCopied") : say("wordsNotCopied");
    $("[data-answer-words]", box).textContent = join(words, failing === "refused" ? "" : say("wordsRetries"), copy);
    box.querySelectorAll("[data-press-own], [data-answer-reload]").forEach((part) => { part.hidden = true; });
    $("[data-answer-again]", box).hidden = false;
    box.dataset.unsaved = "1";
    if (failing !== "ended") { document.querySelectorAll("[data-session-warning]").forEach((other) => { other.hidden = true; }); box.hidden = false; }
  }
  function later(seconds) {
    window.clearTimeout(timer);
    timer = window.setTimeout(again, seconds * 1000);
  }
  function fail(kind, words) {
    failing = kind;
    if (kind !== "refused") { later(wait); wait = Math.min(wait * 2, 60); }
    return tell(words);
  }
  function wellAgain() {
    failing = "";
    wait = 2;
    window.clearTimeout(timer);
    delete box.dataset.unsaved;
    box.hidden = true;
  }

  // --- once more: at first what nobody answered, so that this page is not taken for another window ---
  async function again() {
    if (!failing) { return; }
    if (!pending) { if (navigator.onLine) { wellAgain(); } return; }
    if (["ended", "stale"].includes(failing) && !await freshTokens()) { later(wait); wait = Math.min(wait * 2, 60); return; }
    if (sentPairs && contentOf(sentPairs) !== contentOf(typedPairs()) && !await sendUnanswered()) { later(wait); wait = Math.min(wait * 2, 60); return; }
    htmx.trigger(form, "save-now");
  }
  async function sendUnanswered() {
    const answer = await post(sentPairs, version());
    if (!answer) { return false; }
    if (answer.status === 200) { takeVersion(await answer.text()); }
    sentPairs = null;
    return answer.status < 500;
  }
  function takeVersion(html) {
    const fresh = $("#base-version", new DOMParser().parseFromString(html, "text/html"));
    if (fresh) { $("#base-version").value = fresh.value; }
  }
  function post(pairs, base) {
    const body = new URLSearchParams(pairs);
    TOKENS.forEach((name) => { if (form.elements[name]) { body.set(name, form.elements[name].value); } });
    body.set("base_version", base);
    return fetch(form.getAttribute("hx-post"), { method: "POST", body, credentials: "same-origin", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(20000) }).catch(() => null);
  }
  // Signed in again in another window: the same page, for the same person, brings tokens that hold.
  async function freshTokens() {
    const answer = await fetch(form.getAttribute("action"), { credentials: "same-origin", signal: AbortSignal.timeout(20000) }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) { return false; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const other = $("main form[data-autosave]", page);
    if (!other || other.dataset.copyPlace !== copyPlace) { return false; }
    const token = other.elements.csrfmiddlewaretoken.value;
    document.querySelectorAll("[name='csrfmiddlewaretoken']").forEach((input) => { input.value = token; });
    TOKENS.forEach((name) => { if (form.elements[name] && other.elements[name]) { form.elements[name].value = other.elements[name].value; } });
    document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
    document.dispatchEvent(new CustomEvent("zhicheng:signed-in"));
    return true;
  }

  form.addEventListener("input", () => {
    pending = true;
    typings += 1;
    notSaved(say("wordsNotSaved"));
    window.clearTimeout(keepTimer);
    keepTimer = window.setTimeout(keepNow, 300);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form) { return; }
    sentTypings = typings;
    sentPairs = sentPairs || typedPairs();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) { return; }
    const { status } = event.detail.xhr;
    if (event.detail.successful && status < 400) { done(); return; }
    if (status === 422) { wellAgain(); sentPairs = null; goOnWith(); return; } // answered in words where the tick stood
    if (goOn && status === 401) { goOnWith(); return; }
    goOn = null;
    if (!status) { fail("lost", say(navigator.onLine ? "wordsLost" : "wordsOffline")); return; }
    if (status < 500) { sentPairs = null; }
    if (status === 401) { fail("ended", ""); return; }
    if (status === 403) { fail("stale", say("wordsBroken")); again(); return; }
    if (status === 429) { wait = 60; fail("lost", event.detail.xhr.responseText); return; }
    fail(status < 500 ? "refused" : "broken", say(status < 500 ? "wordsRefused" : "wordsBroken"));
  });
  function done() {
    wellAgain();
    sentPairs = null;
    if (sentTypings !== typings) { keepNow(); } else { pending = false; keeping = keeping.then(dropOwn); }
    goOnWith();
  }
  window.addEventListener("offline", () => { fail("lost", say("wordsOffline")); });
  ["online", "focus"].forEach((name) => window.addEventListener(name, () => { if (failing && failing !== "refused") { wait = 2; again(); } }));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-answer-again]")) { again(); }
    const link = event.target.closest("main a[href], nav a[href]");
    if (link && pending && /\/(check|submit)\/$/.test(new URL(link.href).pathname)) { event.preventDefault(); first(() => { location.href = link.href; }); }
  });

  // --- leaving with a button: saved first, so that a page of the browser never takes the place of what was typed ---
  let passing = false;
  function first(then) {
    goOn = then;
    if (!form.classList.contains("htmx-request")) { htmx.trigger(form, "save-now"); }
  }
  function goOnWith() {
    const then = goOn;
    if (!then) { return; }
    if (pending && sentTypings !== typings) { htmx.trigger(form, "save-now"); return; } // one was on its way, without the last words
    goOn = null;
    then();
  }
  window.addEventListener("submit", (event) => {
    if (event.target !== form || passing || !pending || failing === "ended") { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    first(() => { passing = true; press(button); passing = false; });
  }, true);
  // What was saved may have brought other things to the place where the button stood: what it says is sent all the same.
  function press(button) {
    if (!button || button.form === form) { form.requestSubmit(button); return; }
    const word = document.createElement("input");
    [word.type, word.name, word.value] = ["hidden", button.name, button.value];
    form.append(word);
    form.requestSubmit($("button.visually-hidden[type='submit']", form));
  }

  const channel = "BroadcastChannel" in window ? new BroadcastChannel("zhicheng-sign-in") : null;
  if (channel) { channel.addEventListener("message", () => { mayKeep = false; drop(mine); }); }

  // --- what an earlier page could not save is offered beside what the server has ---
  const panel = $("[data-copy-offer]");
  const ahead = Date.parse(panel.dataset.serverNow) - Date.now(); // what is told is told in the time of the server, like everything beside it
  let offered = null;
  async function offer() {
    const now = typedPairs(), has = new Map(now), saved = new URLSearchParams(location.search).has("saved");
    const others = names().filter((name) => name.startsWith(here) && name !== mine).sort((a, b) => stored(b).at - stored(a).at);
    offered = null;
    panel.hidden = true;
    for (const name of others) {
      const record = await read(name);
      if (!record) { continue; }
      if (contentOf(record.pairs) !== contentOf(now) && !(record.settling && saved)) { offered = record; break; }
      drop(name);
    }
    if (!offered) { return; }
    $("[data-copy-at]", panel).textContent = new Date(offered.at + ahead).toLocaleString(document.documentElement.lang, { timeZone: "Asia/Shanghai", hour12: false });
    $("[data-copy-newer]", panel).hidden = offered.base === version();
    $("[data-copy-failed]", panel).hidden = true;
    $("[data-copy-differences]", panel).replaceChildren(...differing(new Map(offered.pairs), has));
    panel.hidden = false;
    panel.focus();
  }
  window.addEventListener("storage", () => { if (offered && !stored(offered.name)) { offer(); } });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-copy-discard]")) { drop(offered.name); offer(); }
    if (event.target.closest("[data-copy-restore]")) { restore(offered); }
  });
  // Of a row that the page does not have, the control of the same question in another one.
  const controlOf = (name) => form.elements[name] || $(`[name$="-${CSS.escape(name.split("-")[1])}"]`, form);
  const labelOf = (name) => {
    const control = controlOf(name);
    const label = control && control.labels && control.labels[0];
    return label ? label.innerText.trim() : name;
  };
  const wordsOf = (name, value) => {
    const control = controlOf(name);
    const option = control && control.options ? Array.from(control.options).find((one) => one.value === value) : null;
    return option && value ? option.text : control && control.type === "checkbox" ? say(value ? "wordsYes" : "wordsNo") : value || say("wordsEmpty");
  };
  function differing(kept, has) {
    const all = new Set([...kept.keys(), ...has.keys()]);
    all.delete("row");
    return Array.from(all).filter((name) => (kept.get(name) || "").trim() !== withoutNumbers(has.get(name) || "").trim()).map((name) => {
      const line = $("template", panel).content.firstElementChild.cloneNode(true);
      $("dt", line).textContent = labelOf(name);
      $("[data-of-copy]", line).textContent = wordsOf(name, kept.get(name) || "");
      $("[data-of-server]", line).textContent = wordsOf(name, has.get(name) || "");
      return line;
    });
  }
  // As the page it was typed on would have saved it: what is newer is never overwritten, the two are laid side by side.
  async function restore(copy) {
    const answer = await post(copy.pairs, copy.base);
    if (answer && answer.status === 200) { drop(copy.name); location.assign(`${location.pathname}?saved=1`); return; }
    if (!answer || answer.status !== 422) { $("[data-copy-failed]", panel).hidden = false; return; }
    store(copy.name, { ...copy, settling: true });
    const send = document.createElement("form");
    send.method = "post";
    send.action = form.getAttribute("action");
    const tokens = TOKENS.filter((name) => form.elements[name]).map((name) => [name, form.elements[name].value]);
    [...copy.pairs, ...tokens, ["base_version", copy.base], ["save", "1"]].forEach(([name, value]) => {
      const field = document.createElement("textarea"); // an input would join its lines
      [field.name, field.value] = [name, value];
      send.append(field);
    });
    send.hidden = true;
    document.body.append(send);
    send.submit();
  }
  offer();
})();
