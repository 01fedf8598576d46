// The script of every page; drafts.js is that of a form which could not be saved. Every page works without them.
(function () {
  "use strict";
  const $ = (selector, root) => (root || document).querySelector(selector);
  const idle = Number(document.body.dataset.idleSeconds || 0); // seconds a sign-in lasts without a click; 0: nobody is signed in
  // What was said a moment ago is said again with what comes after it: one word must not drown the other.
  let said = { text: "", at: 0 };
  const say = (text) => {
    const live = $("[data-live]");
    if (!live) { return; }
    live.textContent = said.text && said.text !== text && Date.now() - said.at < 4000 ? `${said.text} ${text}` : text;
    said = { text, at: Date.now() };
  };

  document.addEventListener("zhicheng:say", (event) => say(event.detail)); // uploads.js

  // --- error summary: focus it, and move to the field a line names ---
  function focusSummary(root) {
    const summary = $("[data-error-summary]", root);
    if (summary) { summary.focus(); }
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a[href^='#']");
    if (!link) { return; }
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) { return; }
    event.preventDefault();
    const label = target.id && $(`label[for="${CSS.escape(target.id)}"]`);
    (target.closest("fieldset") || label || target).scrollIntoView();
    if (!target.matches("input, select, textarea, button, a")) { target.setAttribute("tabindex", "-1"); }
    target.focus({ preventScroll: true });
  });

  // --- a form is sent once, and leaving it half filled asks first ---
  let changed = false, typings = 0;
  let typedInto = null;
  let warned = "", lastSaid = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method === "post" && !form.hasAttribute("data-no-leave-check") && !form.hasAttribute("data-upload")) { changed = true; typings += 1; typedInto = form; }
  });
  // Rows that were read from a paste are on the page, and nowhere else yet.
  if ($("[data-not-saved]")) { changed = true; typedInto = $("#section-form"); }
  // A file that was chosen and not sent is as easily lost as words: it asks before leaving, unless it goes along with the form.
  let sent = null;
  const unsent = () => Array.from(document.querySelectorAll("[data-upload] input[type=file]"))
    .find((input) => input.files.length && (!sent || input.form !== sent));
  window.addEventListener("beforeunload", (event) => {
    const input = unsent();
    if (input) { uploadSay(input.closest("[data-upload]"), "wordsUnsent"); }
    if (changed || input) { event.preventDefault(); }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-upload") && !uploadMayGo(form)) { event.preventDefault(); event.stopPropagation(); return; }
    if (form.method !== "post") { return; }
    if (form.hasAttribute("data-carries") && savesItself(form)) { event.preventDefault(); event.stopPropagation(); saveFirst(form, event.submitter); return; }
    if (form.hasAttribute("data-carries") && mayCarry(form)) { event.preventDefault(); event.stopPropagation(); inAnotherLanguage(form, event.submitter); return; }
    if (form.hasAttribute("data-carries") && $("main [data-gives-back]")) { changed = true; }  // it could not come along: asked first
    if (form.dataset.sentAt && Date.now() - Number(form.dataset.sentAt) < 4000) { event.preventDefault(); event.stopPropagation(); return; }
    form.dataset.sentAt = String(Date.now());
    if (!form.hasAttribute("data-asks-first")) { changed = false; }  // another language, signing out: what was typed would be lost
    sent = form;
    const button = event.submitter;
    if (button) { button.setAttribute("aria-disabled", "true"); }
  }, true);
  window.addEventListener("pageshow", release);
  // A page of somebody who was signed in comes back from the browser's memory (back/forward cache) to nobody: it is asked for again.
  window.addEventListener("pagehide", (event) => { if (event.persisted && idle) { document.documentElement.hidden = true; } });
  window.addEventListener("pageshow", (event) => { if (event.persisted && idle) { location.reload(); } });
  function release() {
    sent = null;
    document.querySelectorAll("form[data-sent-at]").forEach((form) => { delete form.dataset.sentAt; });
    document.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  }

  // --- another language: the page comes anew, and what was typed goes over into it, in this page's memory alone ---
  const placeOf = (address) => { const to = new URL(address, location.href); return to.pathname + to.search; };
  // Every control that somebody types into, ticks or chooses with, under a key that is the same in both languages.
  function typable() {
    const count = new Map();
    return Array.from(document.querySelectorAll("main form[method='post'] :is(input, select, textarea)"))
      .filter((control) => control.name && !["hidden", "submit"].includes(control.type))
      .map((control) => {
        const part = { checkbox: "checked", radio: "checked", file: "files" }[control.type] || "value";
        const name = part === "checked" ? `${control.name}=${control.value}` : control.name;
        count.set(name, (count.get(name) || 0) + 1);
        return { control, part, key: `${name}#${count.get(name)}`, value: control[part], words: part === "value" && control.type !== "password" ? control.value.trim() : "",
          named: part === "checked" && control.checked && control.labels.length ? control.labels[0].innerText.trim().replace(/\s+/g, " ") : "" };
      });
  }
  // What found no place the last time is as much in need of one as what was typed.
  const withoutPlace = () => Array.from(document.querySelectorAll("[data-carried-left] li")).map((line) => ({ key: "", words: line.textContent }));
  // What was typed also where nobody is asked before leaving: a code, a password.
  const typedAnywhere = () => typable().some(({ control, part, value }) => part === "value" && control.defaultValue !== undefined && value !== control.defaultValue);
  // A form that saves itself is saved before the language changes. Only where that fails it is said, and asked the next time.
  const savesItself = (form) => !form.dataset.plain && warned !== "true" && changed && $("main form[data-autosave]");
  function saveFirst(form, button) {
    const own = $("main form[data-autosave]");
    let left = own.classList.contains("htmx-request") ? 2 : 1; // one is on its way already, without the last words
    const answered = (event) => {
      if (event.target !== own) { return; }
      left -= 1;
      if (left) { return; }
      document.removeEventListener("htmx:afterRequest", answered);
      form.dataset.plain = "1";
      if (saved(event)) { form.requestSubmit(button); } else if ($("#save-state")) { $("#save-state").scrollIntoView({ block: "center" }); }
    };
    document.addEventListener("htmx:afterRequest", answered);
    htmx.trigger(own, "save-now");
  }
  const saved = (event) => event.detail.successful && event.detail.xhr.status < 400; // a refusal is an answer, too
  // A file that is held for the form, and a sign-in that is over: there it is asked first, as for any other leaving.
  const mayCarry = (form) => !form.dataset.plain && warned !== "true" && (changed || unsent() || $("main :is([data-error-summary], [data-gives-back], form[data-shown-again])") || typedAnywhere())
    && !$("main [data-autosave]") && !Array.from(document.querySelectorAll("main input[type='hidden'][name$='_token']")).some((held) => held.value);
  // What only a form that was sent can show (points that were added, two contents side by side) is sent once more to be shown: it decides nothing.
  async function shownAgain(address) {
    const form = $("main form[data-shown-again]");
    if (!form) { return ""; }
    const data = new FormData(form);
    data.append("shown_again", "1");
    const answer = await fetch(form.getAttribute("action") || address, { method: "POST", body: data, credentials: "same-origin" }).catch(() => null);
    return answer && !answer.redirected && (answer.ok || answer.status === 422) ? answer.text() : "";
  }
  async function inAnotherLanguage(form, button) {
    const data = new FormData(form);
    data.append(button.name, button.value);
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok || placeOf(answer.url) !== placeOf(form.elements.next.value)) {
      release();
      form.dataset.plain = "1";
      form.requestSubmit(button);
      return;
    }
    const again = await shownAgain(placeOf(answer.url));
    const page = new DOMParser().parseFromString(again || await answer.text(), "text/html");
    const before = [...typable(), ...withoutPlace()];
    const sentBefore = givenBack();
    changed = changed || Boolean(again);
    const open = folds().map((fold) => fold.open);
    const found = Array.from(document.querySelectorAll("main [data-comes-along]"));
    const wrong = $("main [data-error-summary][data-in-other]");
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    document.body.replaceWith(document.adoptNode(page.body));
    history.replaceState(null, "", placeOf(answer.url));
    // What was looked up on this page is not in the new one: it comes along as it is, and is looked up again in the new language.
    found.forEach((part) => { const place = document.getElementById(part.id); if (place) { place.replaceWith(part); } });
    htmx.process(document.body);
    folds().forEach((fold, index, all) => { if (all.length === open.length) { fold.open = open[index]; } });
    putBack(before, intoItsForm(sentBefore), wrong && !$("main [data-error-summary]") ? inOther(wrong) : null);
    document.querySelectorAll("main input[hx-get]").forEach((input) => { if (input.value) { input.dispatchEvent(new Event("input", { bubbles: true })); } });
  }
  // A list that is looked up anew keeps what was chosen in it, where that is still there.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    const box = part.matches("[data-comes-along]") ? $("input:checked", part) : null;
    if (!box) { return; }
    const { id } = box;
    document.addEventListener("htmx:afterSwap", () => { const again = document.getElementById(id); if (again) { again.checked = true; } }, { once: true });
  });
  const folds = () => Array.from(document.querySelectorAll("main details"));
  // A page that gives back what was sent holds it hidden, for the form at the same address; what it shows of it are words of a person.
  function givenBack() {
    const form = $("main form[data-gives-back]");
    const shown = new Set(Array.from(document.querySelectorAll("main .kept-values dd"), (line) => line.innerText.trim()));
    return Array.from(form ? form.querySelectorAll("input[type='hidden']") : [])
      .filter((held) => !held.name.startsWith("_") && held.name !== "csrfmiddlewaretoken")
      .map(({ name, value }) => ({ name, value: value.replace(/\r\n?/g, "\n"), to: placeOf(form.getAttribute("action")) }))
      .map((held) => ({ ...held, words: shown.has(held.value.trim()) ? held.value.trim() : "" }));
  }
  function intoItsForm(held) {
    const taken = new Set();
    return held.filter(({ name, value, to, words }) => {
      const place = typable().map(({ control }) => control).find((control) => control.name === name && !taken.has(control)
        && control.type !== "file" && placeOf(control.form.getAttribute("action") || location.href) === to
        && (!["checkbox", "radio"].includes(control.type) || control.value === value));
      if (!place) { return words; }
      taken.add(place);
      if (["checkbox", "radio"].includes(place.type)) { place.checked = true; } else { place.value = value; }
      for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) { fold.open = true; }
      changed = true;
      typedInto = place.form;
      return words && place.value !== value;
    });
  }
  // What was refused stays refused in another language: the page brought the sentences of both.
  const setAside = new WeakMap();
  function inOther(box) {
    const words = setAside.get(box) || Array.from(new DOMParser().parseFromString(box.dataset.inOther, "text/html").body.childNodes);
    setAside.set(box, Array.from(box.childNodes));
    box.replaceChildren(...words);
    return box;
  }
  function putBack(before, notPlaced, wrong) {
    const here = new Map(typable().map((place) => [place.key, place]));
    const lost = before.filter(({ key, part, value, words, named }) => {
      const place = here.get(key);
      if (!place) { return words || named; }
      if (place.value !== value) {
        if (part === "checked") { place.control.checked = value; } else if (part === "files") { place.control.files = value; } else { place.control.value = value; }
        if (!place.control.form.hasAttribute("data-no-leave-check")) { changed = true; typedInto = place.control.form; }
      }
      return words && place.control.value !== value;
    });
    lost.push(...notPlaced);
    changed = changed || lost.length > 0;
    const box = $("[data-carried-box]").content.firstElementChild.cloneNode(true);
    $("main").prepend(box);
    $("[data-carried-left]", box).hidden = !lost.length;
    lost.forEach(({ words, named }) => { $("[data-carried-left] ul", box).appendChild(document.createElement("li")).textContent = words || named; });
    if (!wrong) { box.focus(); return; }
    box.hidden = !lost.length; // it was sent, and refused: that is said above
    $("main").prepend(wrong);
    wrong.focus();
  }

  // --- upload: too big or nothing chosen is said before it is sent; progress while it is ---
  function uploadSay(form, key) {
    const words = $("[data-upload-live]", form);
    const text = words ? words.dataset[key] : "";
    const box = $("[data-upload-error]", form);
    const input = $("input[type=file]", form);
    if (box) { box.hidden = false; $("[data-upload-error-text]", box).textContent = text; }
    if (input) { input.setAttribute("aria-invalid", "true"); input.focus(); }
  }
  function uploadMayGo(form) {
    const input = $("input[type=file]", form);
    const box = $("[data-upload-error]", form);
    if (!input) { return true; }
    if (!input.files.length) { uploadSay(form, "wordsNone"); return false; }
    const limit = Number(form.dataset.limit || 0);
    if (limit && Array.from(input.files).some((file) => file.size > limit)) { uploadSay(form, "wordsToobig"); return false; }
    if (box) { box.hidden = true; }
    input.removeAttribute("aria-invalid");
    return true;
  }
  // An upload inside a larger form is no form of its own: choosing a file saves and changes nothing there, its button asks here.
  ["input", "change"].forEach((name) => document.addEventListener(name, (event) => {
    if (event.target.matches("div[data-upload] input[type=file]")) { event.stopPropagation(); }
  }, true));
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.hasAttribute("data-checking")) { return; }
    const box = event.target.closest("div[data-upload]");
    if (box && !uploadMayGo(box)) { event.preventDefault(); }
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = event.target.closest("[data-upload]");
    if (!form || !event.detail.lengthComputable) { return; }
    const percent = Math.round((event.detail.loaded / event.detail.total) * 100);
    $("[data-upload-progress]", form).hidden = false;
    $("progress", form).value = percent;
    $("[data-upload-percent]", form).textContent = percent + "%";
    if (percent === 100) { $("[data-upload-live]", form).textContent = $("[data-upload-live]", form).dataset.wordsDone; }
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, (event) => {
    release();
    const form = event.target.closest("[data-upload]");
    if (form) { $("[data-upload-progress]", form).hidden = true; uploadSay(form, "wordsFailed"); } else if (!event.target.hasAttribute("data-autosave")) { answerLost("Lost", ""); }
  }));

  // --- a place that is renewed by itself never throws away what was chosen or typed in it, nor what is being sent from it ---
  const holdsOn = (place) => Boolean($("[data-upload] .htmx-request, [data-upload].htmx-request, [data-sending]", place)) || Array.from(place.querySelectorAll("input[type=file]")).some((input) => input.files.length);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.hasAttribute("data-checking")) { return; }
    const place = event.detail.target !== event.target ? event.detail.target : document;
    if (holdsOn(place) || (place === document && changed)) { event.preventDefault(); }
  });
  // It asked before the upload began, and is answered while it lasts: the upload's own answer shows the place.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const asks = event.detail.elt;
    if (asks && asks.hasAttribute("data-checking") && holdsOn(event.detail.target)) { event.detail.shouldSwap = false; }
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (holdsOn(event.detail.target)) { event.detail.shouldSwap = false; }
  });

  // --- a preview that is still to come (evidence/previews.py: no page is 333 wide) is asked for again ---
  function lookAgain(img) {
    const tries = Number(img.dataset.tries || 0);
    if (!img.matches("img.preview") || img.naturalWidth !== 333 || tries >= 20) { return; }
    img.dataset.tries = String(tries + 1);
    const address = new URL(img.src);
    address.searchParams.set("again", String(tries + 1));
    window.setTimeout(() => { img.src = address.href; }, 1500);
  }
  document.addEventListener("load", (event) => { if (event.target.tagName === "IMG") { lookAgain(event.target); } }, true);
  document.querySelectorAll("img.preview").forEach((img) => { if (img.complete) { lookAgain(img); } });

  // --- htmx: after a swap, focus what is wrong, or say what came ---
  document.addEventListener("htmx:afterRequest", release);
  // What a form has saved by itself is no reason to ask before leaving; what was typed while it did is one.
  document.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.typings = typings; });
  document.addEventListener("htmx:afterRequest", (event) => { if (saved(event) && event.target.hasAttribute("data-autosave") && event.detail.xhr.typings === typings) { changed = false; } });
  // Nor does “已保存” stand under words that were not saved.
  document.addEventListener("htmx:afterRequest", (event) => {
    const state = $("#save-state");
    if (state && !event.detail.successful && event.target.hasAttribute("data-autosave")) { state.replaceChildren(); }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const summary = $("[data-error-summary]", event.target);
    if (summary) { summary.focus(); return; }
    // What had the focus may be gone with what was replaced: the new box takes it, so that the keyboard goes on from there.
    if (event.target.matches("[tabindex='-1']") && document.activeElement === document.body) { event.target.focus({ preventScroll: true }); }
    const spoken = $("[data-say]", event.target);
    if (spoken) { say(spoken.dataset.say || spoken.textContent.trim()); }
  });
  // What was wrong with a place is mended: the summary above does not go on saying it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const place = document.getElementById(event.detail.target.id);
    if (!place || !place.hasAttribute("data-mended")) { return; }
    document.querySelectorAll("[data-error-summary] a[href='#" + place.id + "']").forEach((link) => {
      const box = link.closest("[data-error-summary]");
      link.closest("li").remove();
      if (!$("li", box)) { box.remove(); }
    });
  });
  // A script request met a sign-in that has ended: what was typed stays on the page; a plain save keeps it.
  document.addEventListener("htmx:responseError", (event) => {
    const xhr = event.detail.xhr;
    if (xhr.status === 401) { showSessionWarning(true); return; }
    if (event.target.hasAttribute("data-autosave")) { return; } // drafts.js says what became of it
    const ours = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    answerLost(xhr.status < 500 ? "Failed" : "Lost", ours ? xhr.responseText : "", xhr.status === 429);
  });
  // What became of a request nobody answered, or whose answer cannot be shown: said where the person is, until something works again.
  function answerLost(kind, words, waits) {
    const box = $("[data-answer-lost]");
    if (!box) { return; }
    $("[data-answer-words]", box).textContent = words || box.dataset["words" + kind];
    $("[data-answer-again]", box).hidden = true;
    $("[data-answer-reload]", box).hidden = waits; // who is to wait is not led away from what was typed
    showAlone(box);
  }
  // There is one box at a time: what is newer is what is so.
  function showAlone(box) {
    document.querySelectorAll("[data-session-warning], [data-answer-lost]").forEach((other) => { other.hidden = other !== box; });
  }
  // On a narrow screen a box leaves the field somebody is in to be seen, and folds to two lines.
  function foldBox(box, folds) {
    const fold = $("[data-fold]", box);
    if (!fold) { return; }
    box.classList.toggle("is-folded", folds);
    fold.setAttribute("aria-expanded", String(!folds));
    fold.textContent = folds ? fold.dataset.wordMore : fold.dataset.wordLess;
  }
  document.addEventListener("click", (event) => {
    const fold = event.target.closest("[data-fold]");
    if (fold) { foldBox(fold.parentElement, fold.getAttribute("aria-expanded") === "true"); }
  });
  new MutationObserver((changes) => changes.forEach(({ target }) => {
    if (target.hidden || !target.matches(".session-warning")) { return; }
    foldBox(target, Boolean(target.dataset.unsaved) && window.matchMedia("(max-width: 48rem)").matches);
    const field = document.activeElement;
    if (field.matches("input, textarea, select") && field.getBoundingClientRect().bottom > target.getBoundingClientRect().top) { field.scrollIntoView({ block: "center" }); }
  })).observe(document.body, { subtree: true, attributeFilter: ["hidden"] });
  // The button of the page that sends what was typed: boxes call it by its own name, and press it.
  function ownButton() {
    const form = typedInto && typedInto.isConnected ? typedInto : $("main form[method='post']:not([data-no-leave-check])");
    const own = form ? Array.from(document.querySelectorAll("button[type='submit']")).filter((button) => button.form === form && !button.matches(".visually-hidden, [formmethod]")) : [];
    return own.find((button) => button.name === "save") || own.find((button) => button.closest(".form-actions")) || own[0];
  }
  function nameOwnButton(box) {
    const button = ownButton();
    if (button) { box.querySelectorAll("[data-own-button]").forEach((name) => { name.textContent = button.textContent.trim(); }); }
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-press-own]")) { ownButton().click(); }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const box = $("[data-answer-lost]");
    if (box && event.detail.successful && !box.dataset.unsaved) { box.hidden = true; }
  });

  // --- session: warn five minutes before it ends ---
  let touched = Date.now();
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) { touched = Date.now(); } });
  // Once a sign-in is over nobody reads on here what it showed: it goes from the page, unless something typed would go with it.
  const typed = () => Array.from(document.querySelectorAll("form[method='post']:not([data-autosave]) :is(textarea, input:not([type='hidden']))"))
    .some((control) => control.value !== control.defaultValue);
  function clearPage() {
    const kept = $("[data-session-cleared]");
    if (changed || unsent() || typed() || !idle || !kept) { return false; }
    document.querySelectorAll("main, aside, nav, header, [data-answer-lost]").forEach((part) => { part.replaceChildren(); });
    kept.hidden = false;
    return true;
  }
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("zhicheng-sign-in") : null;
  if (channel) { channel.addEventListener("message", () => { showSessionWarning(true); }); }
  document.addEventListener("submit", (event) => {
    const to = new URL(event.target.getAttribute("action") || "", location.href); // form.action may be a field of that name
    if (channel && to.pathname === document.body.dataset.signOut) { channel.postMessage("over"); }
  });
  function showSessionWarning(ended) {
    const box = $("[data-session-warning]");
    if (!box) { return; }
    if (warned !== String(ended) || $("[data-answer-lost]").hidden) { showAlone(box); }
    warned = String(ended);
    if (ended && clearPage()) {
      $("[data-session-ended]", box).hidden = true;
      $("[data-session-stay]", box).hidden = true;
      $("[data-session-soon]", box).hidden = true;
      return;
    }
    $("[data-session-ended]", box).hidden = !ended;
    $("[data-session-soon]", box).hidden = ended;
    $("[data-session-stay]", box).hidden = ended;
    $("[data-press-own]", box).hidden = !(ended && ownButton());
    nameOwnButton(box);
    if (Date.now() - lastSaid > 60000) { say(box.innerText.trim()); lastSaid = Date.now(); }
  }
  document.addEventListener("zhicheng:signed-in", () => { // in another window; drafts.js has found out
    touched = Date.now();
    warned = "";
    $("[data-session-warning]").hidden = true;
  });
  if (idle) {
    window.setInterval(() => {
      const left = idle - (Date.now() - touched) / 1000;
      if (left <= 300) { showSessionWarning(left <= 0); }
    }, 10000);
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-session-stay]");
    if (!button) { return; }
    const answer = await fetch(button.dataset.href, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
    if (answer && answer.status === 204) { touched = Date.now(); $("[data-session-warning]").hidden = true; } else { showSessionWarning(true); }
  });

  document.querySelectorAll("[data-scripted]").forEach((words) => { words.hidden = false; }); // true only where scripts run
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) { window.print(); } });
  focusSummary(document);
})();
