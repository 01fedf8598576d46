// The pages of a PDF that is put together: moved and turned by buttons, which write into the fields that are sent. It works without them.
(function () {
  "use strict";
  const list = document.querySelector("[data-sheets]");
  if (!list) { return; }
  const words = document.querySelector("[data-sheet-words]").dataset;
  const say = (text) => document.dispatchEvent(new CustomEvent("zhicheng:say", { detail: text }));
  const sheets = () => Array.from(list.children);
  const part = (sheet, name) => sheet.querySelector(`[data-sheet-${name}]`);
  function number() {
    sheets().forEach((sheet, index, all) => {
      part(sheet, "place").value = String(index + 1);
      part(sheet, "up").disabled = index === 0;
      part(sheet, "down").disabled = index === all.length - 1;
    });
  }
  function show(sheet) {
    sheet.querySelector("img").dataset.turned = part(sheet, "turn").value;
  }
  sheets().forEach((sheet) => {
    part(sheet, "fields").hidden = true;
    part(sheet, "buttons").hidden = false;
    part(sheet, "turn").addEventListener("change", () => show(sheet));
  });
  // Shown again after a refusal they stand where they were put.
  sheets().sort((one, other) => Number(part(one, "place").value) - Number(part(other, "place").value)).forEach((sheet) => list.appendChild(sheet));
  number();
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const sheet = button && button.closest("[data-sheet]");
    if (!sheet) { return; }
    if (button.matches("[data-sheet-right]")) {
      const turn = part(sheet, "turn");
      turn.value = String((Number(turn.value) + 90) % 360);
      show(sheet);
      say(words.turned.replace("{n}", turn.value));
      return;
    }
    const up = button.matches("[data-sheet-up]");
    const other = up ? sheet.previousElementSibling : sheet.nextElementSibling;
    if (!other) { return; }
    list.insertBefore(up ? sheet : other, up ? other : sheet);
    number();
    (button.disabled ? part(sheet, up ? "down" : "up") : button).focus();
    say(words.moved.replace("{n}", part(sheet, "place").value));
  });
})();
