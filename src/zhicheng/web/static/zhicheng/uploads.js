// Papers are sent piece by piece (tus): several at once, from the camera, dropped on their place; a cut line is waited for.
// Without this script, and where it cannot run, a file is chosen and sent with the button beside it.
(function () {
  "use strict";
  const LIBRARY = document.currentScript && document.currentScript.dataset.library; // a third of what the page weighs: fetched with the first file
  if (!LIBRARY || !window.XMLHttpRequest || !window.Blob) { return; }
  const PIECE = 512 * 1024;
  const AT_ONCE = 2;
  const AGAIN_SECONDS = 10;
  const SHORT_SIDE = 2480; // of a sheet of A4 at 300 dots an inch
  const LARGE = 3 * 1024 * 1024;
  const $ = (selector, root) => (root || document).querySelector(selector);
  const say = (text) => document.dispatchEvent(new CustomEvent("zhicheng:say", { detail: text }));
  const words = (key, values) => ($("[data-upload-words]").dataset[key] || "").replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
  const inMegabytes = (bytes) => (bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0);
  const rows = []; // every file that was chosen here, until its box shows what became of it
  const IN_HAND = ["waiting", "sending"];

  // --- a control that can do more than send one file with its form ---
  function prepare(root) {
    root.querySelectorAll("[data-resumable]").forEach((control) => {
      if (control.dataset.ready) { return; }
      control.dataset.ready = "1";
      $("[data-upload-ways]", control).hidden = false;
      $("[data-upload-send]", control).hidden = true;
      const input = $("[data-upload-file]", control);
      input.multiple = Number(control.dataset.room) > 1;
      const manyAtOnce = $("[data-upload-many]");
      if (manyAtOnce) { manyAtOnce.hidden = false; }
      const photo = $("[data-upload-photo]", control);
      if (photo && window.matchMedia("(pointer: coarse)").matches) { $("[data-upload-camera]", control).hidden = false; }
      if (window.matchMedia("(pointer: fine)").matches) { $("[data-upload-drop]", control).hidden = false; }
    });
    root.querySelectorAll("[data-resumable] [data-upload-file]").forEach(takeFrom); // chosen before this script was there
    rows.filter((row) => !row.item.isConnected && row.state !== "done").forEach(putInPlace);
  }
  const controlOf = (row) => Array.from(document.querySelectorAll("[data-resumable]")).find((control) => control.dataset.uid === row.uid);
  // A place that was renewed goes on showing what is on its way to it, and what could not be sent.
  function putInPlace(row) {
    const control = controlOf(row);
    const place = control ? $("[data-upload-list]", control) : $(row.target);
    if (place) { place.appendChild(row.item); }
  }
  document.addEventListener("htmx:load", (event) => prepare(event.target));

  // --- what was chosen, taken with the camera, or dropped ---
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload-file], [data-upload-photo]")) { takeFrom(event.target); }
  }, true);
  function takeFrom(input) {
    const control = input.closest("[data-resumable]");
    if (!control || !input.files.length) { return; }
    take(control, Array.from(input.files));
    input.value = "";
  }
  document.addEventListener("click", (event) => {
    const camera = event.target.closest("[data-upload-camera]");
    if (camera) { $("[data-upload-photo]", camera.closest("[data-resumable]")).click(); }
  });
  const carriesFiles = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  const zoneOf = (event) => event.target.closest && event.target.closest("[data-resumable], [data-many-zone]");
  ["dragenter", "dragover"].forEach((name) => document.addEventListener(name, (event) => {
    if (!carriesFiles(event) || event.target.matches("input[type=file]")) { return; }
    event.preventDefault(); // beside a place nothing is opened: the page would be gone, and what was typed with it
    const zone = zoneOf(event);
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
    document.querySelectorAll(".upload.is-over").forEach((other) => { if (other !== zone) { other.classList.remove("is-over"); } });
    if (zone) { zone.classList.add("is-over"); }
  }));
  document.addEventListener("dragleave", (event) => {
    const zone = carriesFiles(event) && zoneOf(event);
    if (zone && !zone.contains(event.relatedTarget)) { zone.classList.remove("is-over"); }
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event) || event.target.matches("input[type=file]")) { return; }
    event.preventDefault();
    const zone = zoneOf(event);
    if (!zone) { return; }
    zone.classList.remove("is-over");
    const files = Array.from(event.dataTransfer.files);
    if (zone.matches("[data-many-zone]")) { gather(files); } else { take(zone, files); }
  });

  function take(control, files) {
    const error = $("[data-upload-error]", control);
    if (error) { error.hidden = true; }
    let room = roomOf(control);
    const taken = files.map((file) => {
      const row = newRow(control, file);
      room -= 1;
      if (room < 0) { fail(row, words("noroom", { n: control.dataset.room })); }
      return row;
    });
    const going = taken.filter((row) => row.state === "waiting");
    if (going.length > 1) { say(words("several", { n: going.length })); }
    pump();
  }
  function newRow(control, file) {
    const { uid, begin, refresh, target, most } = control.dataset;
    const item = $("[data-upload-row]").content.firstElementChild.cloneNode(true);
    const original = $("[data-upload-original]", control);
    const row = { file, chosen: file, mayShrink: "pictures" in control.dataset && !(original && original.checked), name: file.name, uid, begin, refresh, target, limit: Number(most), item, state: "waiting", percent: 0 };
    $("[data-row-name]", item).textContent = file.name;
    $("progress", item).setAttribute("aria-label", file.name);
    $("[data-row-cancel]", item).addEventListener("click", () => cancel(row));
    $("[data-row-again]", item).addEventListener("click", () => again(row));
    $("[data-row-original]", item).addEventListener("click", () => asChosen(row));
    item.querySelectorAll("[data-row-of]").forEach((name) => { name.textContent = file.name; });
    rows.push(row);
    show(row, words("waits"));
    putInPlace(row);
    return row;
  }

  // --- several files for a page with several places: which goes where is proposed, and can be changed before they go ---
  const places = () => Array.from(document.querySelectorAll("[data-resumable]")).filter((control) => roomOf(control) > 0);
  const roomOf = (control) => Number(control.dataset.room) - rows.filter((row) => row.uid === control.dataset.uid && [...IN_HAND, "cut"].includes(row.state)).length;
  const many = []; // {file, item}
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-many-file]")) { return; }
    gather(Array.from(event.target.files));
    event.target.value = "";
  }, true);
  function gather(files) {
    const left = new Map(places().map((control) => [control.dataset.uid, roomOf(control)]));
    many.forEach(({ item }) => { const uid = $("select", item).value; left.set(uid, (left.get(uid) || 0) - 1); });
    files.forEach((file) => {
      const item = $("[data-many-row]").content.firstElementChild.cloneNode(true);
      const select = $("select", item);
      const id = `many-${Date.now()}-${many.length}`;
      select.id = id;
      $("label", item).htmlFor = id;
      $("label", item).textContent = file.name;
      places().forEach((control) => { select.add(new Option(control.dataset.label, control.dataset.uid)); });
      const guess = proposed(file.name, left);
      select.value = guess;
      left.set(guess, (left.get(guess) || 0) - 1);
      $("button", item).addEventListener("click", () => { drop(item); $("[data-many-file]").focus(); });
      many.push({ file, item });
      $("[data-many-list]").appendChild(item);
    });
    $("[data-many-go]").hidden = !many.length;
    if (many.length) { say(words("proposed", { n: many.length })); }
  }
  // The place whose year or name the file's name holds, else the next one that is empty, else any with room.
  function proposed(name, left) {
    const free = places().filter((control) => left.get(control.dataset.uid) > 0);
    const own = free.filter((control) => !control.dataset.instead);
    const named = (list) => list.find(({ dataset }) => dataset.year ? name.includes(dataset.year) : dataset.row && name.includes(dataset.row));
    const empty = (control) => left.get(control.dataset.uid) === Number(control.dataset.all);
    const dated = /(19|20)\d\d/.test(name) && own.some(({ dataset }) => dataset.year);
    const found = named(own) || (dated ? null : own.find(empty) || own[0]);
    return found ? found.dataset.uid : "";
  }
  function drop(item) {
    many.splice(many.findIndex((one) => one.item === item), 1);
    item.remove();
    $("[data-many-go]").hidden = !many.length;
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-many-go]")) { return; }
    const open = many.filter(({ item }) => !$("select", item).value);
    if (open.length) {
      say(words("whereto"));
      $("[data-many-error]").hidden = false;
      $("select", open[0].item).focus();
      return;
    }
    $("[data-many-error]").hidden = true;
    const going = many.map(({ file, item }) => ({ file, uid: $("select", item).value }));
    many.splice(0).forEach(({ item }) => item.remove());
    $("[data-many-go]").hidden = true;
    say(words("several", { n: going.length }));
    places().forEach((control) => {
      const files = going.filter(({ uid }) => uid === control.dataset.uid).map(({ file }) => file);
      if (files.length) { take(control, files); }
    });
    $("[data-many-file]").focus();
  });

  // --- what a row shows: its words, how far it is, and what can be done about it ---
  function show(row, text) {
    const { item, state } = row;
    $("[data-row-words]", item).textContent = text;
    $("progress", item).hidden = !IN_HAND.includes(state) && state !== "cut";
    $("progress", item).value = row.percent;
    $("[data-row-again]", item).hidden = !(state === "cut" || (state === "failed" && row.mayGoOn));
    $("[data-row-cancel]", item).hidden = state === "done";
    $("[data-row-note]", item).textContent = row.note || "";
    $("[data-row-original]", item).hidden = !row.note || !(IN_HAND.includes(state) || state === "cut") || row.chosen.size > row.limit;
    item.classList.toggle("is-wrong", state === "failed");
    item.toggleAttribute("data-sending", IN_HAND.includes(state));
  }
  function fail(row, text, mayGoOn) {
    row.state = "failed";
    row.mayGoOn = Boolean(mayGoOn);
    show(row, text);
    say(words("said", { name: row.name, text }));
    settled(row);
    pump();
  }

  // --- sending ---
  function pump() {
    let free = AT_ONCE - rows.filter((row) => row.state === "sending").length;
    rows.filter((row) => row.state === "waiting").forEach((row) => {
      // To one place one after the other: they lie there in the order in which they were chosen.
      if (free < 1 || rows.some((other) => other.uid === row.uid && other.state === "sending")) { return; }
      free -= 1;
      send(row);
    });
  }
  const inHex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  // With it the server knows the same file again, whoever sends it on: after a reload, or from another device.
  async function digest(file) {
    return window.crypto && window.crypto.subtle ? inHex(await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer())) : "";
  }
  let fetching = null;
  function library() {
    fetching = fetching || new Promise((arrive, miss) => {
      const script = document.createElement("script");
      script.src = LIBRARY;
      script.addEventListener("load", () => arrive(window.tus));
      script.addEventListener("error", () => { fetching = null; miss(new Error(LIBRARY)); });
      document.head.append(script);
    });
    return fetching;
  }
  async function send(row) {
    row.state = "sending";
    show(row, words("begins"));
    await shrink(row);
    if (row.state !== "sending") { return; }
    if (row.file.size > row.limit) { fail(row, words("toobig", { n: inMegabytes(row.limit), size: inMegabytes(row.file.size) })); return; }
    const sha256 = await digest(row.file).catch(() => null);
    if (row.state !== "sending") { return; } // cancelled meanwhile
    if (sha256 === null) { fail(row, words("unread")); return; }
    const metadata = { filename: row.name, filetype: row.file.type };
    if (sha256) { metadata.sha256 = sha256; }
    if (row.note) { metadata.shrunk = row.from; }
    const tus = await library().catch(() => null);
    if (row.state !== "sending") { return; }
    if (!tus) { broken(row, {}); return; } // the line was cut before it was here: tried again like everything else
    row.upload = new tus.Upload(row.file, {
      endpoint: row.begin, metadata, chunkSize: PIECE, retryDelays: [500, 1000, 2000, 4000], storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": $("input[name=csrfmiddlewaretoken]").value },
      onShouldRetry: (error) => { const status = statusOf(error); return !status || status >= 500 || status === 409; },
      onProgress: (bytes, all) => { if (row.state !== "sending") { return; } row.percent = all ? Math.floor((bytes / all) * 100) : 0; show(row, words("sends", { n: `${row.percent}%` })); },
      onSuccess: ({ lastResponse }) => arrived(row, lastResponse),
      onError: (error) => broken(row, error),
    });
    row.upload.start();
  }
  // --- a picture that is large for what is to be read on it is made smaller before it is sent; never below what a good scan has ---
  async function shrink(row) {
    if (!row.mayShrink || row.note || row.chosen.size <= Math.min(LARGE, row.limit) || !/^image\/(jpeg|png)$/.test(row.chosen.type)) { return; }
    const picture = await createImageBitmap(row.chosen, { imageOrientation: "from-image" }).catch(() => null);
    if (!picture) { return; } // it goes as it is: the server says what is wrong with it
    const { width, height } = picture;
    const scale = SHORT_SIDE / Math.min(width, height);
    const small = scale < 1 ? await drawn(picture, Math.round(width * scale), Math.round(height * scale)) : null;
    picture.close();
    if (!small || small.size >= row.chosen.size || row.state !== "sending") { return; }
    row.file = small;
    row.name = row.chosen.name.replace(/\.(png|jpe?g)$/i, "") + ".jpg";
    row.from = `${width}x${height}`;
    row.note = words("shrunk", { from: `${width} × ${height}`, to: `${Math.round(width * scale)} × ${Math.round(height * scale)}`, before: inMegabytes(row.chosen.size), after: inMegabytes(small.size) });
  }
  async function drawn(picture, width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const paper = canvas.getContext("2d");
    if (!paper) { return null; }
    paper.fillStyle = "#fff"; // what is transparent in it is paper
    paper.fillRect(0, 0, width, height);
    paper.imageSmoothingQuality = "high";
    paper.drawImage(picture, 0, 0, width, height);
    return new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.9); });
  }
  function asChosen(row) {
    if (row.upload) { row.upload.abort(true).catch(() => {}); }
    window.clearTimeout(row.timer);
    row.file = row.chosen;
    row.name = row.chosen.name;
    row.mayShrink = false;
    row.note = "";
    row.upload = null;
    row.state = "waiting";
    row.percent = 0;
    show(row, words("waits"));
    $("[data-row-cancel]", row.item).focus();
    pump();
  }
  document.addEventListener("input", (event) => { if (event.target.matches("[data-upload-original], [data-many-place]")) { event.stopPropagation(); } }, true);

  const statusOf = (error) => (error.originalResponse ? error.originalResponse.getStatus() : 0);
  function arrived(row, answer) {
    row.state = "done";
    row.percent = 100;
    row.intake = answer.getHeader("Zhicheng-Intake");
    show(row, words("done"));
    const on = answer.getHeader("Content-Location");
    if (!row.refresh && on) { leaving = true; window.location.assign(on); return; }
    settled(row);
    pump();
  }
  function broken(row, error) {
    const status = statusOf(error);
    const said = status && (error.originalResponse.getHeader("Content-Type") || "").startsWith("text/plain") ? error.originalResponse.getBody() : "";
    if (row.state !== "sending") { return; }
    if (!status || status >= 500) {
      row.state = "cut";
      show(row, words(status ? "away" : "cut", { n: `${row.percent}%` }));
      say(words("said", { name: row.name, text: words("cut", { n: `${row.percent}%` }) }));
      row.timer = window.setTimeout(() => goOn(row), AGAIN_SECONDS * 1000);
      settled(row);
    } else if (status === 401 || status === 403) {
      fail(row, words("signedout"), true);
    } else {
      fail(row, said || words("failed"), status === 429 || status === 410 || !said);
    }
    pump();
  }
  function goOn(row) {
    window.clearTimeout(row.timer);
    if (row.state !== "cut") { return; }
    if (!row.upload) { row.state = "waiting"; pump(); return; }
    row.state = "sending";
    show(row, words("sends", { n: `${row.percent}%` }));
    row.upload.start();
  }
  window.addEventListener("online", () => rows.forEach(goOn));
  function again(row) {
    if (row.state === "cut") { goOn(row); return; }
    row.state = "waiting";
    show(row, words("waits"));
    $("[data-row-cancel]", row.item).focus();
    pump();
  }
  function cancel(row) {
    window.clearTimeout(row.timer);
    const inHand = row.state !== "failed";
    row.state = "gone";
    if (row.upload && inHand) { row.upload.abort(true).catch(() => {}); } // what arrived is swept by the server, should it not hear this
    forget(row);
    if (inHand) { say(words("cancelled", { name: row.name })); }
    const control = controlOf(row);
    if (control) { $("[data-upload-file]", control).focus(); }
    settled(row);
    pump();
  }
  function forget(row) {
    rows.splice(rows.indexOf(row), 1);
    row.item.remove();
  }

  // --- once nothing is on its way to a place any more, the place itself shows what came of it ---
  function settled(row) {
    const here = rows.filter((other) => other.target === row.target);
    const done = here.filter((other) => other.state === "done");
    if (!row.refresh || !done.length || here.some((other) => IN_HAND.includes(other.state))) { return; }
    const sent = done.map((other) => other.intake).filter(Boolean).join(",");
    done.forEach(forget);
    window.htmx.ajax("GET", row.refresh + (sent ? `&sent=${sent}` : ""), { target: row.target, swap: "outerHTML" });
  }
  let leaving = false;
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (many.length || rows.some((row) => [...IN_HAND, "cut"].includes(row.state)))) { event.preventDefault(); say(words("unsent")); }
  });

  prepare(document);
})();
