// A counter under a long text, and a row that was copied elsewhere, pasted into a row. The form works without it.
(function () {
  "use strict";
  const say = (text) => { document.dispatchEvent(new CustomEvent("zhicheng:say", { detail: text })); };
  const length = (text) => Array.from(text.replace(/\r\n?/g, "\n").trim()).length; // as the server counts it

  // --- counter: seen all the time, read out when one stops writing ---
  function words(area) {
    const [low, high, limit] = area.dataset.count.split(" ").map(Number);
    const n = length(area.value);
    const said = n > limit ? area.dataset.wordsOver : n > high ? area.dataset.wordsLong : n && n < low ? area.dataset.wordsShort : area.dataset.wordsNow;
    return { text: said.replace("{n}", n).replace("{over}", n - limit), over: n > limit };
  }
  function count(area) {
    const { text, over } = words(area);
    const place = area.nextElementSibling;
    place.textContent = text;
    place.classList.toggle("is-over", over);
  }
  const waiting = new WeakMap();
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches("textarea[data-count]")) { return; }
    count(area);
    window.clearTimeout(waiting.get(area));
    waiting.set(area, window.setTimeout(() => { if (document.activeElement === area) { say(words(area).text); } }, 2500));
  });
  function begin() {
    document.querySelectorAll("textarea[data-count]:not([data-counted])").forEach((area) => {
      area.dataset.counted = "";
      const place = document.createElement("p");
      place.className = "field-count";
      place.setAttribute("aria-hidden", "true"); // the hint says how long, and a pause is told
      area.after(place);
      count(area);
    });
  }
  begin();
  new MutationObserver(begin).observe(document.documentElement, { childList: true, subtree: true });

  // --- several cells in one field: they belong into the box that reads them ---
  document.addEventListener("paste", (event) => {
    const field = event.target;
    const box = document.querySelector("[data-paste]");
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!box || !field.matches("#rows input") || !text.trim().includes("\t")) { return; }
    event.preventDefault();
    const area = box.querySelector("textarea");
    area.value = area.value.trim() ? `${area.value.trimEnd()}\n${text}` : text;
    box.open = true;
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
    say(box.dataset.words);
  });
})();
