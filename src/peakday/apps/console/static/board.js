// How is a board kept up to date? Frames come as server-sent events; each is drawn as it comes, nothing is asked twice.
(function () {
  "use strict";
  var settings = JSON.parse(document.getElementById("settings").textContent);
  var words = settings.words, zh = settings.language === "zh", locale = zh ? "zh-CN" : "en-US";
  var unit = Math.pow(10, settings.digits), calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var minutes = new Map(), before = [], source = null, shown = { net: null }, known = new Set(), first = true;
  function by(id) { return document.getElementById(id); }
  function money(minor, compact) {
    var options = { style: "currency", currency: settings.currency, currencyDisplay: "narrowSymbol" };
    if (compact) { options.notation = "compact"; options.maximumFractionDigits = 1; } else options.maximumFractionDigits = Math.abs(minor) >= 1e6 * unit ? 0 : settings.digits;
    return new Intl.NumberFormat(locale, options).format(minor / unit);
  }
  function count(value, digits) { return new Intl.NumberFormat(locale, { maximumFractionDigits: digits || 0 }).format(value); }
  function share(value) { return value === null || value === undefined ? "–" : (value * 100).toFixed(1) + "%"; }
  function signed(value) { return value === null || value === undefined ? "" : (value >= 0 ? "+" : "") + (value * 100).toFixed(Math.abs(value) < 10 ? 1 : 0) + "%"; }
  function span(seconds) { var h = Math.floor(seconds / 3600), m = Math.floor(seconds % 3600 / 60), s = Math.floor(seconds % 60); return [h, m, s].map(function (n) { return String(n).padStart(2, "0"); }).join(":"); }
  function write(id, text) { var box = by(id); if (box && box.textContent !== text) box.textContent = text; }
  function state(name) { var box = by("state"); box.dataset.state = name; box.lastElementChild.textContent = words[name] || ""; }
  function step(value) { return zh ? (value >= 1e8 ? value / 1e8 + "亿" : value / 1e4 + "万") : (value >= 1e6 ? value / 1e6 + "m" : value / 1e3 + "k"); }

  // ---- the large figure runs to its new value
  var running = 0;
  function put() { var said = money(shown.net); by("net").style.setProperty("--chars", said.length); write("net", said); }
  function run(target) {
    cancelAnimationFrame(running);
    var from = shown.net, begun = performance.now();
    if (from === null || calm || Math.abs(target - from) < 1) { shown.net = target; put(); return; }
    (function tick(now) {
      var part = Math.min(1, Math.max(0, (now - begun) / 220));
      shown.net = Math.round(from + (target - from) * part);
      put();
      if (part < 1) running = requestAnimationFrame(tick);
    })(begun);
  }

  // ---- lists
  function rowOf(place, number, top, dimension) {
    var row = document.createElement("li");
    var name = (zh ? place.zh : place.en) || place.key;
    [["no", String(number)], ["name", name], ["sum", money(place.net, place.net >= 1e5 * unit)], ["gain", place.growth === undefined || place.growth === null ? share(place.share) : signed(place.growth)]].forEach(function (part) {
      var box = document.createElement("span"); box.className = part[0]; box.textContent = part[1]; row.appendChild(box);
    });
    row.title = name + " · " + count(place.count) + " " + (dimension === "item" || dimension === "brand" ? words.pieces : words.orders);
    row.style.setProperty("--part", Math.max(1, 100 * place.net / top) + "%");
    if (place.growth !== undefined && place.growth !== null) row.classList.add(place.growth >= 0 ? "gain-up" : "gain-down");
    return row;
  }
  function lists(frame) {
    document.querySelectorAll("[data-list]").forEach(function (panel) {
      var dimension = panel.dataset.list, places = frame.tops[dimension] || [], list = panel.querySelector("ol");
      var fresh = document.createDocumentFragment();
      places.forEach(function (place, i) { fresh.appendChild(rowOf(place, i + 1, places[0].net, dimension)); });
      if (!places.length) { var none = document.createElement("li"); none.className = "empty"; none.style.display = "block"; none.textContent = words[frame.orders && dimension === "belt" ? "not_stated" : "no_sales"]; fresh.appendChild(none); }
      list.replaceChildren(fresh);
    });
  }
  function marks(frame) {
    if (!by("marks")) return;
    var steps = document.createDocumentFragment();
    Object.keys(frame.reached.brand || {}).map(Number).sort(function (a, b) { return b - a; }).forEach(function (value) {
      var brands = frame.reached.brand[value], shops = frame.reached.shop[value], box = document.createElement("div");
      box.className = brands + shops ? "some" : "none";
      box.innerHTML = "<b></b><span></span>";
      box.firstChild.textContent = brands + " / " + shops; box.lastChild.textContent = "≥ " + step(value);
      box.title = words.brand + " / " + words.shop;
      steps.appendChild(box);
    });
    by("steps").replaceChildren(steps);
    var list = document.createDocumentFragment();
    frame.marks.forEach(function (mark) {
      var id = [mark.dimension, mark.key, mark.step, mark.at].join(), row = document.createElement("li");
      row.innerHTML = "<time></time><span class='name'></span><b></b>";
      row.children[0].textContent = "+" + span(Math.max(0, mark.at - settings.opens)).slice(0, 5);
      row.children[1].textContent = words[mark.dimension] + " · " + ((zh ? mark.zh : mark.en) || mark.key);
      row.children[2].textContent = words.passed + " " + step(mark.step) + (mark.taken_back ? " · " + words.taken_back : "");
      if (mark.taken_back) row.className = "back"; else if (!first && !known.has(id)) row.className = "flash";
      known.add(id);
      list.appendChild(row);
    });
    if (!frame.marks.length) { var none = document.createElement("li"); none.className = "empty"; none.textContent = words.none_yet; list.appendChild(none); }
    by("marks").replaceChildren(list);
  }

  // ---- plots
  var curve = null, tree = null, lastPlot = 0;
  var text = { color: "#9fb0d4", fontSize: 12 };
  function binned(pairs, width, until) {
    var bins = [];
    pairs.forEach(function (pair) { if (pair[0] < 0) return; var bin = Math.floor(pair[0] / width); bins[bin] = (bins[bin] || 0) + pair[1]; });
    var out = [];
    for (var i = 0; i < until; i++) out.push([i * width, (bins[i] || 0) / unit]);
    return out;
  }
  function plots(frame, now) {
    if (!window.echarts || now - lastPlot < (first ? 0 : 450)) return;
    lastPlot = now;
    if (!curve) { curve = echarts.init(by("curve")); tree = echarts.init(by("categories")); }
    var length = Math.max(1, Math.round(frame.length / 60)), width = length <= 240 ? 1 : length <= 1500 ? 10 : 60;
    var all = Math.ceil(length / width), past = Math.min(all, Math.floor(frame.elapsed / 60 / width) + 1);
    var series = [{ name: words.this_year, type: "line", data: binned(Array.from(minutes), width, past), showSymbol: false, smooth: .3, smoothMonotone: "x", z: 3, lineStyle: { width: 3, color: "#ffc861" }, itemStyle: { color: "#ffc861" }, areaStyle: { color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: "rgba(255,180,80,.45)" }, { offset: 1, color: "rgba(255,180,80,0)" }] } } }];
    if (before.length) series.push({ name: words.last_year, type: "line", data: binned(before, width, all), showSymbol: false, smooth: .3, smoothMonotone: "x", lineStyle: { width: 1.6, type: "dashed", color: "#6d8fd6" }, itemStyle: { color: "#6d8fd6" } });
    curve.setOption({
      animation: false, grid: { left: 6, right: 26, top: 30, bottom: 4, containLabel: true }, legend: { top: 0, right: 0, textStyle: text, icon: "roundRect", itemHeight: 4 },
      tooltip: { trigger: "axis", backgroundColor: "#101a30", borderColor: "#2a3a63", textStyle: { color: "#f2f5ff" }, valueFormatter: function (v) { return money(v * unit); }, formatter: undefined },
      xAxis: { type: "value", min: 0, max: length, interval: (length <= 240 ? 30 : length <= 1500 ? 120 : 1440) * (curve.getWidth() < 560 ? 3 : 1), axisLabel: Object.assign({ formatter: function (v) { return "+" + Math.floor(v / 60) + ":" + String(v % 60).padStart(2, "0"); } }, text), axisLine: { lineStyle: { color: "#2a3a63" } }, splitLine: { show: false } },
      yAxis: { type: "value", splitNumber: 4, axisLabel: Object.assign({ formatter: function (v) { return money(v * unit, true); } }, text), splitLine: { lineStyle: { color: "#17213a" } } },
      series: series
    }, true);
    var colours = ["#ffc861", "#ff8a4c", "#ff6a8b", "#b583ff", "#6d8fff", "#3fb6ff", "#2fd3c1", "#7ddc7a"];
    var places = (frame.tops.category || []).slice(0, 7), rest = 1 - places.reduce(function (sum, place) { return sum + place.share; }, 0);
    if (places.length && rest > .001) places.push({ key: "", zh: words.others, en: words.others, share: rest, net: places[0].net / places[0].share * rest });
    tree.setOption({ animation: false, tooltip: { backgroundColor: "#101a30", borderColor: "#2a3a63", textStyle: { color: "#f2f5ff" }, valueFormatter: function (v) { return money(v * unit); } }, series: [{
      type: "pie", radius: ["40%", "66%"], center: ["25%", "50%"], silent: !places.length, emptyCircleStyle: { color: "#16203a" }, minAngle: 3, label: { show: false }, itemStyle: { borderColor: "#0e1526", borderWidth: 2 },
      data: places.map(function (place, i) { return { name: (zh ? place.zh : place.en) || words.not_stated, value: place.net / unit, itemStyle: { color: colours[i % colours.length] } }; }) }],
      legend: { orient: "vertical", left: "50%", top: "middle", icon: "circle", itemWidth: 9, itemHeight: 9, itemGap: 9, textStyle: { color: "#d9e3ff", fontSize: 13, width: Math.max(90, tree.getWidth() * .44), overflow: "truncate" },
        formatter: function (name) { var one = places.find(function (p) { return ((zh ? p.zh : p.en) || words.not_stated) === name; }); return name + (one ? "  " + share(one.share) : ""); } } }, true);
  }
  window.addEventListener("resize", function () { [curve, tree].forEach(function (chart) { if (chart) chart.resize(); }); });

  function draw(frame) {
    if (frame.whole) { minutes = new Map(frame.curve); before = frame.before || []; } else frame.curve.forEach(function (pair) { minutes.set(pair[0], pair[1]); });
    document.body.dataset.change = frame.change; document.body.dataset.orders = frame.orders;
    run(frame.net);
    write("orders", count(frame.orders)); write("buyers", count(frame.buyers)); write("pieces", count(frame.pieces));
    write("rate", count(frame.per_minute, 1)); write("refund", money(frame.refund, frame.refund >= 1e5 * unit)); write("domestic", share(frame.domestic));
    if (by("domestic-bar")) by("domestic-bar").style.width = 100 * (frame.domestic || 0) + "%";
    var growth = by("growth"); growth.textContent = signed(frame.growth); growth.className = "growth " + (frame.growth === null ? "" : frame.growth >= 0 ? "up" : "down");
    write("before", frame.before_net === null ? "" : words.last_year + " " + money(frame.before_net));
    write("elapsed", span(frame.elapsed));
    document.body.classList.toggle("no-belt", frame.orders > 0 && !(frame.tops.belt || []).length);
    lists(frame); marks(frame); plots(frame, performance.now());
    first = false;
    if (scrub && !scrubbing) { scrub.value = frame.elapsed; place(frame.elapsed); }
  }

  // ---- where frames come from
  var scrub = by("scrub"), speed = by("speed"), play = by("play"), scrubbing = false, isPlaying = true;
  function place(second) { by("moment").textContent = span(second).slice(0, 5); }
  function listen(address, name) {
    if (source) source.close();
    source = new EventSource(address);
    source.addEventListener("frame", function (event) { state(name); draw(JSON.parse(event.data)); });
    source.addEventListener("over", function () { source.close(); isPlaying = false; press(); state("over"); });
    source.onerror = function () { if (!settings.replay || isPlaying) state("lost"); if (settings.replay) { source.close(); if (isPlaying) setTimeout(from, 1500); } };
  }
  function from() { lastPlot = 0; listen(settings.stream + "&at=" + scrub.value + "&speed=" + speed.value, "replay"); }
  function press() { play.setAttribute("aria-pressed", String(isPlaying)); var word = play.firstElementChild; word.textContent = isPlaying ? word.dataset.on : word.dataset.off; }
  function still() { fetch(settings.stream + "&at=" + scrub.value, { headers: { Accept: "application/json" } }).then(function (a) { return a.json(); }).then(function (frame) { lastPlot = 0; draw(frame); state("paused"); }); }
  if (settings.replay) {
    var asked = new URLSearchParams(location.search);
    if (asked.get("at")) { scrub.value = asked.get("at"); }
    if (asked.get("speed") && speed.querySelector("option[value='" + Number(asked.get("speed")) + "']")) speed.value = asked.get("speed");
    isPlaying = asked.get("paused") === null;
    play.addEventListener("click", function () { isPlaying = !isPlaying; press(); if (isPlaying) { if (Number(scrub.value) >= Number(scrub.max)) scrub.value = 0; from(); } else { source.close(); state("paused"); } });
    speed.addEventListener("change", function () { if (isPlaying) from(); });
    scrub.addEventListener("input", function () { scrubbing = true; place(scrub.value); });
    scrub.addEventListener("change", function () { scrubbing = false; if (isPlaying) from(); else still(); });
    by("player").addEventListener("submit", function (event) { event.preventDefault(); });
    press();
    if (isPlaying) from(); else still();
  } else listen(settings.stream, "live");
  by("full").addEventListener("click", function () { if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen(); });
  document.addEventListener("click", function (event) { document.querySelectorAll(".tools details[open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; }); });
})();
