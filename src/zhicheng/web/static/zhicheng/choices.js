// A long list is searched by what is typed: by characters, by the first letters of pinyin, by a part of the name. The pattern is the combobox of
// ARIA (list autocomplete, chosen by hand). Without this script the list is a native one, and what is sent is always its value.
(function () {
  "use strict";
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  const say = (text) => { document.dispatchEvent(new CustomEvent("zhicheng:say", { detail: text })); };

  class Combobox {
    constructor(select) {
      this.select = select;
      this.shown = [];
      this.at = -1;
      this.build();
      this.refresh();
      this.listen();
    }

    build() {
      const { select } = this;
      const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
      const box = document.createElement("div");
      box.className = "search-list";
      this.list = document.createElement("ul");
      this.list.id = `${select.id}-list`;
      this.list.hidden = true;
      this.list.setAttribute("role", "listbox");
      this.input = document.createElement("input");
      this.input.type = "text";
      this.input.id = `${select.id}-search`;
      this.input.className = "form-control";
      const told = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off", spellcheck: "false" };
      Object.entries(told).forEach(([name, value]) => this.input.setAttribute(name, value));
      ["aria-describedby", "aria-invalid"].forEach((name) => { if (select.hasAttribute(name)) { this.input.setAttribute(name, select.getAttribute(name)); } });
      if (label) {
        label.htmlFor = this.input.id;
        this.list.setAttribute("aria-label", label.textContent.trim());
      }
      select.before(box);
      box.append(this.input, this.list, select);
      select.classList.add("visually-hidden");
      select.tabIndex = -1;
      select.setAttribute("aria-hidden", "true");
    }

    listen() {
      const { input, select } = this;
      select.addEventListener("focus", () => input.focus()); // a line of the error summary leads to it
      select.addEventListener("change", () => this.refresh());
      // Searching is no answer yet: neither saves nor counts as a change.
      input.addEventListener("input", (event) => { event.stopPropagation(); this.open(input.value); this.tell(); });
      input.addEventListener("change", (event) => event.stopPropagation());
      input.addEventListener("click", () => { if (this.list.hidden) { this.open(""); } });
      input.addEventListener("focus", () => input.select());
      input.addEventListener("blur", () => this.settle());
      input.addEventListener("keydown", (event) => this.key(event));
      this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
      this.list.addEventListener("click", (event) => {
        const line = event.target.closest("[role=option]");
        if (line) { this.choose(this.shown[Array.from(this.list.children).indexOf(line)]); }
      });
    }

    get options() { return Array.from(this.select.options).filter((option) => option.value); }

    get words() { return this.select.value ? this.select.selectedOptions[0].text : ""; }

    refresh() {
      this.input.value = this.words;
      this.input.defaultValue = this.input.value; // what was chosen is no half typed word
    }

    found(text) {
      const wanted = plain(text);
      const rank = (option) => {
        const name = plain(option.text);
        const letters = option.dataset.initials || "";
        if (name === wanted) { return 0; }
        if (name.startsWith(wanted)) { return 1; }
        if (letters.startsWith(wanted)) { return 2; }
        return name.includes(wanted) ? 3 : letters.includes(wanted) ? 4 : -1;
      };
      return this.options.map((option, index) => ({ option, index, rank: rank(option) })).filter((one) => one.rank >= 0)
        .sort((one, other) => one.rank - other.rank || one.index - other.index).map((one) => one.option);
    }

    open(text) {
      this.shown = text.trim() ? this.found(text) : this.options;
      this.list.replaceChildren(...this.shown.map((option, index) => {
        const line = document.createElement("li");
        line.id = `${this.list.id}-${index}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", String(option.selected));
        line.textContent = option.text;
        return line;
      }));
      this.list.hidden = !this.shown.length;
      this.input.setAttribute("aria-expanded", String(!this.list.hidden));
      this.mark(text.trim() ? -1 : this.shown.findIndex((option) => option.selected));
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.mark(-1);
    }

    mark(index) {
      this.at = index;
      Array.from(this.list.children).forEach((line, number) => line.classList.toggle("is-active", number === index));
      const line = this.list.children[index];
      if (line) { this.input.setAttribute("aria-activedescendant", line.id); line.scrollIntoView({ block: "nearest" }); } else { this.input.removeAttribute("aria-activedescendant"); }
    }

    tell() {
      window.clearTimeout(this.telling);
      const { wordsNone, wordsOne, wordsMore } = this.select.dataset;
      const n = this.shown.length;
      const said = n === 1 ? wordsOne : n ? wordsMore.replace("{n}", n) : wordsNone.replace("{text}", this.input.value);
      this.telling = window.setTimeout(() => say(said), 600);
    }

    choose(option) {
      const { select } = this;
      const before = select.value;
      select.value = option ? option.value : "";
      this.refresh();
      this.close();
      if (select.value !== before) { ["input", "change"].forEach((name) => select.dispatchEvent(new Event(name, { bubbles: true }))); }
    }

    // Left with something typed: an answer that only one choice can mean is taken, anything else is told, and what was chosen stays.
    settle() {
      const typed = this.input.value;
      this.close();
      if (typed === this.words) { return; }
      if (!typed.trim()) { this.choose(null); return; }
      const found = this.found(typed);
      if (found.length === 1 || (found.length && plain(found[0].text) === plain(typed))) { this.choose(found[0]); return; }
      if (!found.length) { say(this.select.dataset.wordsNone.replace("{text}", typed)); }
      this.refresh();
    }

    key(event) {
      if (event.isComposing) { return; } // an input method is still at work
      const last = this.shown.length - 1;
      const steps = { ArrowDown: this.at >= last ? 0 : this.at + 1, ArrowUp: this.at <= 0 ? last : this.at - 1 };
      if (event.key in steps) {
        event.preventDefault();
        if (this.list.hidden) { this.open(this.input.value === this.words ? "" : this.input.value); return; }
        this.mark(steps[event.key]);
      } else if (event.key === "Enter" && !this.list.hidden) {
        event.preventDefault();
        const at = this.at < 0 && this.shown.length === 1 ? 0 : this.at;
        if (at >= 0) { this.choose(this.shown[at]); }
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        this.refresh();
        this.close();
      }
    }
  }

  // --- a long list of radio buttons: those that fit what is typed stay, and the one that is chosen ---
  function narrow(box) {
    const group = box.closest("fieldset");
    const input = box.querySelector("input");
    const { wordsNone, wordsMore } = box.dataset;
    const lines = Array.from(group.querySelectorAll(".choice"));
    const none = document.createElement("p"); // seen; what is said comes from say()
    none.className = "field-hint";
    box.append(none);
    box.hidden = false;
    let telling = 0;
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      const wanted = plain(input.value);
      lines.forEach((line) => { line.hidden = !plain(line.textContent).includes(wanted) && !line.querySelector("input").checked; });
      const n = lines.filter((line) => plain(line.textContent).includes(wanted)).length;
      const said = n ? wordsMore.replace("{n}", n) : wordsNone.replace("{text}", input.value);
      none.textContent = n ? "" : said;
      window.clearTimeout(telling);
      telling = window.setTimeout(() => say(said), 600);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") { return; }
      event.preventDefault(); // the form is sent by its button
      const first = lines.find((line) => !line.hidden);
      if (first) { first.querySelector("input").focus(); }
    });
  }

  const enhance = () => document.querySelectorAll("select[data-search]:not(.visually-hidden)").forEach((select) => new Combobox(select));
  const narrowed = () => document.querySelectorAll("[data-narrow][hidden]").forEach(narrow);
  enhance();
  narrowed();
  // Rows that are added, and the page in another language.
  new MutationObserver(() => { enhance(); narrowed(); }).observe(document.documentElement, { childList: true, subtree: true });
})();
