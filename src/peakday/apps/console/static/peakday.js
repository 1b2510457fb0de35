// What does a page need beyond HTML? Charts, the drawer, the menu on a phone, the theme, `/` for search, the CSRF header.
(function () {
  "use strict";
  var root = document.documentElement;
  var zh = root.lang.slice(0, 2) === "zh";
  var locale = zh ? "zh-CN" : "en-US";
  var echartsWanted = null;

  // ---- numbers as the page writes them
  function compact(value, unit, currency) {
    if (unit === "share") return (value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0) + "%";
    var options = { notation: "compact", maximumFractionDigits: 1 };
    if (unit === "money") return new Intl.NumberFormat(locale, Object.assign({ style: "currency", currency: currency, currencyDisplay: "narrowSymbol" }, options)).format(value);
    return new Intl.NumberFormat(locale, options).format(value);
  }
  function exact(value, unit, currency) {
    if (value === null || value === undefined) return "–";
    if (unit === "share") return (value * 100).toFixed(2) + "%";
    if (unit === "money") return new Intl.NumberFormat(locale, { style: "currency", currency: currency, currencyDisplay: "narrowSymbol" }).format(value);
    return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
  }

  // ---- charts: our small vocabulary to ECharts options
  function token(name) { return getComputedStyle(root).getPropertyValue("--pk-" + name).trim(); }
  function palette() { return ["accent", "series-3", "series-4", "series-5", "series-6", "series-2"].map(token); }
  function escape(text) { var box = document.createElement("i"); box.textContent = text; return box.innerHTML; }
  function seriesOf(spec, one, index, colours) {
    var compare = one.role === "compare";
    var colour = compare ? token(index > 1 && spec.series[index - 1].role === "compare" ? "series-3" : "series-2") : colours[(one.colour || index) % colours.length];
    var kind = one.kind || (spec.kind === "line" ? "line" : "bar");
    var series = { name: one.name, type: kind, data: one.data, itemStyle: { color: colour }, yAxisIndex: one.axis || 0 };
    if (kind === "line") {
      series.lineStyle = { width: compare ? 1.5 : 2, type: compare ? "dashed" : "solid", color: colour };
      if (compare && colour === token("series-3")) series.lineStyle.type = "dotted";
      series.symbol = "circle"; series.symbolSize = 5; series.showSymbol = spec.x.length <= 2; series.connectNulls = false;
      if (index === 0 && !compare) series.areaStyle = { color: colour, opacity: 0.07 };
      series.z = compare ? 1 : 3;
    } else {
      series.barMaxWidth = 28; series.itemStyle.borderRadius = spec.kind === "hbar" ? [0, 3, 3, 0] : [3, 3, 0, 0];
      if (spec.kind === "stack") { series.stack = "all"; series.itemStyle.borderRadius = 0; }
    }
    return series;
  }
  function axisOf(spec, unit) {
    return { type: "value", splitNumber: 4, axisLabel: { color: token("muted"), fontSize: 11, formatter: function (v) { return compact(v, unit, spec.currency); } }, splitLine: { lineStyle: { color: token("line") } }, minInterval: unit === "count" || unit === "people" ? 1 : undefined };
  }
  function optionOf(spec) {
    var colours = palette();
    var category = { type: "category", data: spec.x, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } }, axisLabel: { color: token("muted"), fontSize: 11, hideOverlap: true }, boundaryGap: spec.kind !== "line" };
    var units = [spec.unit]; spec.series.forEach(function (one) { if (one.axis === 1) units[1] = one.unit; });
    var values = units.map(function (unit, i) { var axis = axisOf(spec, unit); if (i) axis.splitLine = { show: false }; return axis; });
    var flat = spec.kind === "hbar";
    if (flat) { category.inverse = true; category.axisLabel.width = 96; category.axisLabel.overflow = "truncate"; }
    return {
      animationDuration: 250,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 4, right: units.length > 1 ? 4 : 14, top: spec.series.length > 1 ? 34 : 14, bottom: 2, containLabel: true },
      legend: { show: spec.series.length > 1, top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 4, textStyle: { color: token("ink-2"), fontSize: 12 } },
      tooltip: {
        trigger: "axis", confine: true, backgroundColor: token("surface"), borderColor: token("line"), padding: [8, 12], textStyle: { color: token("ink"), fontSize: 12 },
        axisPointer: { type: spec.kind === "line" ? "line" : "shadow", lineStyle: { color: token("line-strong") }, shadowStyle: { color: token("sunken"), opacity: 0.6 } },
        formatter: function (points) {
          return "<b>" + escape(points[0].axisValueLabel) + "</b>" + points.map(function (p) {
            var one = spec.series[p.seriesIndex];
            return "<div style='display:flex;gap:18px;justify-content:space-between'><span>" + p.marker + escape(p.seriesName) + "</span><b>" + escape(exact(p.value, one.unit || spec.unit, spec.currency)) + "</b></div>";
          }).join("");
        }
      },
      xAxis: flat ? values : category, yAxis: flat ? category : values,
      series: spec.series.map(function (one, i) { return seriesOf(spec, one, i, colours); })
    };
  }
  function withCharts(then) {
    if (window.echarts) { then(); return; }
    if (!echartsWanted) {
      echartsWanted = new Promise(function (done) {
        var script = document.createElement("script");
        script.src = "/static/vendor/echarts.min.js"; script.onload = done; document.head.appendChild(script);
      });
    }
    echartsWanted.then(then);
  }
  function drawCharts(within) {
    var boxes = (within || document).querySelectorAll("[data-chart]");
    if (!boxes.length) return;
    withCharts(function () {
      boxes.forEach(function (box) {
        var chart = window.echarts.getInstanceByDom(box) || window.echarts.init(box, null, { renderer: "canvas" });
        chart.setOption(optionOf(JSON.parse(box.dataset.chart)), true);
      });
    });
  }
  function eachChart(act) {
    if (!window.echarts) return;
    document.querySelectorAll("[data-chart]").forEach(function (box) { var chart = window.echarts.getInstanceByDom(box); if (chart) act(chart, box); });
  }
  var resizing = 0;
  window.addEventListener("resize", function () { cancelAnimationFrame(resizing); resizing = requestAnimationFrame(function () { eachChart(function (chart) { chart.resize(); }); }); });

  // ---- theme
  document.querySelectorAll("[data-theme-toggle]").forEach(function (button) {
    button.addEventListener("click", function () {
      var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", next);
      try { localStorage.setItem("pk-theme", next); } catch (e) { /* private mode */ }
      drawCharts();
    });
  });

  // ---- menu on a phone
  var lastOpener = null;
  function setMenu(open) {
    document.body.classList.toggle("pk-menu-open", open);
    document.querySelectorAll("[data-open-menu]").forEach(function (b) { b.setAttribute("aria-expanded", String(open)); });
    if (open) { var first = document.querySelector("#menu a"); if (first) first.focus(); } else if (lastOpener) lastOpener.focus();
  }
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-open-menu]");
    if (opener) { lastOpener = opener; setMenu(true); return; }
    if (event.target.closest("[data-close-menu]")) setMenu(false);
    document.querySelectorAll("details.pk-menu[open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
    if (event.target.closest("[data-print]")) window.print();
  });

  // ---- drawer
  var drawer = document.getElementById("drawer");
  if (drawer) {
    document.body.addEventListener("htmx:afterSwap", function (event) {
      if (event.target.id === "drawer-body") { if (!drawer.open) drawer.showModal(); drawer.scrollTop = 0; document.getElementById("drawer-body").focus(); }
    });
    drawer.addEventListener("click", function (event) { if (event.target === drawer || event.target.closest("[data-close-drawer]")) drawer.close(); });
  }

  // ---- keyboard
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      if (document.body.classList.contains("pk-menu-open")) setMenu(false);
      document.querySelectorAll("details.pk-menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
    }
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      var search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
  });

  // ---- htmx: CSRF, progress, a failed request opens the page itself
  document.body.addEventListener("htmx:configRequest", function (event) {
    var meta = document.querySelector("meta[name=csrf-token]");
    if (meta && meta.content) event.detail.headers["X-CSRF-Token"] = meta.content;
  });
  var progress = document.getElementById("progress");
  if (progress) {
    document.body.addEventListener("htmx:beforeRequest", function () { progress.classList.add("pk-busy"); });
    document.body.addEventListener("htmx:afterRequest", function () { progress.classList.remove("pk-busy"); });
    window.addEventListener("beforeunload", function () { progress.classList.add("pk-busy"); });
    window.addEventListener("pageshow", function () { progress.classList.remove("pk-busy"); });
  }
  document.body.addEventListener("htmx:responseError", function (event) {
    var href = event.target.getAttribute && event.target.getAttribute("href");
    if (href) window.location.href = href;
  });
  document.body.addEventListener("htmx:afterSwap", function (event) { drawCharts(event.target); });
  document.querySelectorAll("select[data-submit]").forEach(function (select) { select.addEventListener("change", function () { select.form.requestSubmit(); }); });
  var current = document.querySelector(".pk-segments [aria-current]");
  if (current && current.parentNode.scrollWidth > current.parentNode.clientWidth) current.parentNode.scrollLeft = current.offsetLeft - 40;
  drawCharts();
})();
