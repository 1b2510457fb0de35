// What does a page of the mall need beyond HTML? Clocks by the server's time, a form that sends itself, undo, a progress line.
(function () {
  "use strict";
  var root = document.documentElement;
  var token = document.querySelector('meta[name="csrf-token"]');

  // ---- the server's clock: the page says when it was made; asking again halves the error. The visitor's own clock is never used.
  var said = document.querySelector('meta[name="server-now"]');
  var offset = said ? Number(said.content) - performance.now() : null;
  var best = Infinity;
  function now() { return performance.now() + (offset === null ? 0 : offset); }
  function ask(times) {
    var sent = performance.now();
    return fetch("/mall/clock", { cache: "no-store" }).then(function (answer) { return answer.json(); }).then(function (body) {
      var trip = performance.now() - sent;
      if (trip < best) { best = trip; offset = body.now_ms - (sent + trip / 2); }
      if (times > 1) return ask(times - 1);
    }).catch(function () { /* the page's own instant stands */ });
  }

  function two(n) { return (n < 10 ? "0" : "") + n; }
  function parts(ms) {
    var s = Math.max(0, Math.ceil(ms / 1000));
    return { d: Math.floor(s / 86400), h: Math.floor(s / 3600) % 24, m: Math.floor(s / 60) % 60, s: s % 60 };
  }
  function draw(clock) {
    var left = Number(clock.dataset.until) - now();
    var p = parts(left);
    var zh = root.lang.slice(0, 2) === "zh";
    if (clock.dataset.plain !== undefined) clock.textContent = (p.d ? p.d + (zh ? "天 " : "d ") : "") + two(p.h) + ":" + two(p.m) + ":" + two(p.s);
    else clock.innerHTML = (p.d ? "<b>" + p.d + "</b><i>" + (zh ? "天" : "d") + "</i>" : "") + "<b>" + two(p.h) + "</b><i>:</i><b>" + two(p.m) + "</b><i>:</i><b>" + two(p.s) + "</b>";
    if (left <= 0 && clock.dataset.reload !== undefined && !clock.dataset.done) { clock.dataset.done = "1"; setTimeout(function () { location.reload(); }, 250 + Math.random() * 1500); }
    return left;
  }
  var clocks = [].slice.call(document.querySelectorAll("[data-until]"));
  if (clocks.length) {
    var beat = function () { clocks.forEach(draw); setTimeout(beat, 1000 - ((now() % 1000) + 1000) % 1000 + 5); };
    beat(); ask(3).then(function () { clocks.forEach(draw); });
  }

  // ---- the hot minute: the button arms at the server's instant and not before; whoever pressed is retried until there is an answer
  var arm = document.querySelector("[data-arm]");
  if (arm) {
    var at = Number(arm.dataset.arm), say = document.querySelector("[data-say]"), pressed = false;
    var lock = function () {
      var left = at - now();
      if (left > 0) { arm.disabled = true; setTimeout(lock, left > 1500 ? 500 : Math.max(1, left)); return; }
      arm.disabled = false; arm.textContent = arm.dataset.go; arm.focus();
    };
    ask(6).then(lock); lock();
    setInterval(function () { if (at - now() > 4000) ask(2); }, 15000);
    arm.form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (pressed || at - now() > 0) return;
      pressed = true; arm.disabled = true; arm.textContent = arm.dataset.wait;
      var tries = 0, since = Date.now();
      var go = function () {
        tries += 1;
        fetch(arm.form.action, { method: "POST", body: new URLSearchParams(new FormData(arm.form)), headers: { "X-CSRF-Token": token.content, "Accept": "application/json" } })
          .then(function (answer) { return answer.json().then(function (body) { return { status: answer.status, body: body, wait: Number(answer.headers.get("retry-after")) }; }); })
          .then(function (got) {
            if (got.body.location) { location.assign(got.body.location); return; }
            if (got.status === 429 || got.status === 503 || got.status === 425) { again(got.status === 425 ? 0.2 : got.wait || 1); return; }
            say.textContent = got.body.message || arm.dataset.failed; pressed = false; arm.disabled = false; arm.textContent = arm.dataset.go;
          }).catch(function () { again(1); });
      };
      var again = function (seconds) {
        say.textContent = arm.dataset.trying.replace("{tries}", tries).replace("{seconds}", Math.round((Date.now() - since) / 1000));
        setTimeout(go, Math.min(4, seconds) * 1000 * (0.6 + Math.random() * 0.8));
      };
      go();
    });
  }

  // ---- htmx: the token in every change, a line while one waits, what could not be done is said
  document.addEventListener("htmx:configRequest", function (event) { if (token) event.detail.headers["X-CSRF-Token"] = token.content; });
  var line = document.getElementById("progress");
  document.addEventListener("htmx:beforeRequest", function () { if (line) line.classList.add("m-busy"); });
  document.addEventListener("htmx:afterRequest", function () { if (line) line.classList.remove("m-busy"); });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status >= 400 && status < 500 && (event.detail.xhr.getResponseHeader("content-type") || "").indexOf("text/html") === 0) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });

  // ---- forms that send themselves, steppers, swiping a line away
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-auto]");
    if (form) form.requestSubmit();
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-step]");
    if (button) {
      var field = button.parentNode.querySelector("input");
      var wanted = Math.max(Number(field.min || 1), Math.min(Number(field.max || 999), Number(field.value || 1) + Number(button.dataset.step)));
      if (wanted !== Number(field.value)) { field.value = wanted; field.dispatchEvent(new Event("change", { bubbles: true })); }
      event.preventDefault();
    }
    var theme = event.target.closest("[data-theme-toggle]");
    if (theme) {
      var dark = root.getAttribute("data-bs-theme") !== "dark";
      root.setAttribute("data-bs-theme", dark ? "dark" : "light");
      try { localStorage.setItem("pk-theme", dark ? "dark" : "light"); } catch (e) { /* private mode */ }
    }
  });

  // ---- a double click is one wish: such a form is sent once, until its page is shown again, which is a new wish
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.once === undefined || event.defaultPrevented) return;
    if (form.dataset.once === "sent") event.preventDefault();
    form.dataset.once = "sent";
  });
  window.addEventListener("pageshow", function (event) {
    document.querySelectorAll("[data-once]").forEach(function (form) { form.dataset.once = ""; });
    if (event.persisted) document.querySelectorAll("[data-wish]").forEach(function (field) { field.value = "b" + Date.now() + Math.random().toString(36).slice(2); });
  });

  var from = null;
  document.addEventListener("touchstart", function (event) {
    var row = event.target.closest("[data-swipe]");
    from = row && !event.target.closest("input, button") ? { row: row, x: event.touches[0].clientX, y: event.touches[0].clientY } : null;
  }, { passive: true });
  document.addEventListener("touchend", function (event) {
    if (!from) return;
    var dx = event.changedTouches[0].clientX - from.x, dy = event.changedTouches[0].clientY - from.y;
    if (dx < -90 && Math.abs(dy) < 40) { var bin = from.row.querySelector(".m-out"); if (bin) bin.click(); }
    from = null;
  }, { passive: true });
}());
