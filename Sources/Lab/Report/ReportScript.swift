extension ReportPage {
  /// The script of the page: draws the curves on a canvas, with legend, zoom, smoothing and readout. It loads nothing; where it does not run, the static
  /// figures stay.
  ///
  /// The data are in the element `data`: `xs`, places shared by series, and `charts`, each with its series; numbers are base64 of little-endian
  /// doubles (places) and floats (heights).
  static let script = #"""
    (function () {
    "use strict";
    var source = document.getElementById("data");
    if (!source) return;
    var data = JSON.parse(source.textContent);
    function bytes(text) {
      var raw = atob(text), array = new Uint8Array(raw.length);
      for (var i = 0; i < raw.length; i++) array[i] = raw.charCodeAt(i);
      return array.buffer;
    }
    var places = data.xs.map(function (text) { return new Float64Array(bytes(text)); });
    var dark = window.matchMedia("(prefers-color-scheme: dark)");

    function short(v) {
      if (!isFinite(v)) return isNaN(v) ? "–" : v < 0 ? "−∞" : "∞";
      if (v === 0) return "0";
      var a = Math.abs(v), text;
      if (a < 1e-4 || a >= 1e9) text = v.toExponential(2);
      else if (a >= 1e6) text = trim((v / 1e6).toFixed(2)) + "M";
      else if (a >= 1e4) text = trim((v / 1e3).toFixed(1)) + "k";
      else text = trim(v.toPrecision(4));
      return text.replace(/-/g, "−");
    }
    function trim(text) { return text.indexOf(".") < 0 ? text : text.replace(/\.?0+$/, ""); }
    function ticks(low, high, count) {
      var raw = (high - low) / count, power = Math.pow(10, Math.floor(Math.log10(raw))), list = [];
      var step = [1, 2, 5, 10].map(function (m) { return m * power; }).find(function (s) { return s >= raw * (1 - 1e-9); });
      for (var k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) list.push(k * step);
      return list;
    }
    function smooth(values, n) {
      if (n <= 1) return values;
      var out = new Float32Array(values.length), sum = 0, count = 0;
      for (var i = 0; i < values.length; i++) {
        if (isFinite(values[i])) { sum += values[i]; count++; }
        if (i >= n && isFinite(values[i - n])) { sum -= values[i - n]; count--; }
        out[i] = isFinite(values[i]) && count > 0 ? sum / count : values[i];
      }
      return out;
    }
    function nearest(xs, x) {
      var low = 0, high = xs.length - 1;
      while (low < high) { var mid = (low + high) >> 1; if (xs[mid] < x) low = mid + 1; else high = mid; }
      return low > 0 && x - xs[low - 1] < xs[low] - x ? low - 1 : low;
    }

    function Panel(root, charts) {
      var self = this, chart = null, series = [], view = null, home = null, cursor = null, drag = null;
      var canvas = root.querySelector("canvas"), context = canvas.getContext("2d");
      var readout = root.querySelector(".readout"), legend = root.querySelector(".legend");
      var slider = root.querySelector(".smooth"), said = root.querySelector(".smoothed");
      var metric = root.querySelector("select"), full = root.querySelector(".full"), bands = root.querySelector(".bands");
      var hidden = {}, fingers = {}, pending = false;

      function color(k) { return data.palette[k % data.palette.length][dark.matches ? 1 : 0]; }
      function ink(name) { return getComputedStyle(root).getPropertyValue("--" + name).trim(); }
      function ready(s) {
        if (!s.mean) {
          s.places = places[s.x];
          s.mean = new Float32Array(bytes(s.y));
          s.low = s.l ? new Float32Array(bytes(s.l)) : null;
          s.high = s.h ? new Float32Array(bytes(s.h)) : null;
        }
        if (s.width !== Number(slider.value)) {
          s.width = Number(slider.value);
          s.m = smooth(s.mean, s.width);
          s.lo = s.low && smooth(s.low, s.width);
          s.hi = s.high && smooth(s.high, s.width);
        }
        return s;
      }
      function visible() { return series.filter(function (s) { return !hidden[s.name]; }).map(ready); }
      function extent() {
        var x0 = Infinity, x1 = -Infinity, all = [];
        visible().forEach(function (s) {
          if (!s.places.length) return;
          x0 = Math.min(x0, s.places[0]); x1 = Math.max(x1, s.places[s.places.length - 1]);
          for (var i = 0; i < s.m.length; i++) if (isFinite(s.m[i])) all.push(s.m[i]);
        });
        if (!all.length) return { x0: 0, x1: 1, y0: 0, y1: 1 };
        all.sort(function (a, b) { return a - b; });
        var y0 = all[0], y1 = all[all.length - 1];
        if (!full.checked) {
          var q0 = all[Math.floor(0.05 * (all.length - 1))], q1 = all[Math.ceil(0.95 * (all.length - 1))], room = (q1 - q0) / 2;
          y0 = Math.max(y0, q0 - room); y1 = Math.min(y1, q1 + room);
        }
        chart.references.forEach(function (r) { y0 = Math.min(y0, r.value); y1 = Math.max(y1, r.value); });
        if (y0 === y1) { y0 -= 0.5; y1 += 0.5; }
        if (x0 === x1) { x0 -= 0.5; x1 += 0.5; }
        var pad = (y1 - y0) * 0.04;
        return { x0: x0, x1: x1, y0: y0 - pad, y1: y1 + pad };
      }
      function frame() {
        var box = canvas.getBoundingClientRect();
        return { left: 62, top: 10, right: box.width - 12, bottom: box.height - 46, width: box.width, height: box.height };
      }
      function px(x, f) { return f.left + (x - view.x0) / (view.x1 - view.x0) * (f.right - f.left); }
      function py(y, f) { return f.bottom - (y - view.y0) / (view.y1 - view.y0) * (f.bottom - f.top); }
      function at(f, clientX, clientY) {
        var box = canvas.getBoundingClientRect();
        var u = (clientX - box.left - f.left) / (f.right - f.left), v = (f.bottom - clientY + box.top) / (f.bottom - f.top);
        return { x: view.x0 + u * (view.x1 - view.x0), y: view.y0 + v * (view.y1 - view.y0) };
      }
      function later() { if (!pending) { pending = true; requestAnimationFrame(function () { pending = false; draw(); }); } }
      function axisTitle() {
        return chart.y + (Number(slider.value) > 1 ? " (mean of " + slider.value + " recorded points)" : "");
      }
      function draw() {
        var f = frame(), scale = window.devicePixelRatio || 1;
        if (f.width < 80) return;
        canvas.width = Math.round(f.width * scale); canvas.height = Math.round(f.height * scale);
        context.setTransform(scale, 0, 0, scale, 0, 0);
        context.clearRect(0, 0, f.width, f.height);
        if (!view) view = home = extent();
        context.font = "12px system-ui, sans-serif"; context.lineWidth = 1;
        context.fillStyle = ink("muted"); context.strokeStyle = ink("grid");
        context.textAlign = "center"; context.textBaseline = "top";
        ticks(view.x0, view.x1, Math.max(2, Math.floor((f.right - f.left) / 80))).forEach(function (x) {
          var p = px(x, f); context.beginPath(); context.moveTo(p, f.top); context.lineTo(p, f.bottom); context.stroke();
          context.fillText(short(x), p, f.bottom + 6);
        });
        context.textAlign = "right"; context.textBaseline = "middle";
        ticks(view.y0, view.y1, Math.max(2, Math.floor((f.bottom - f.top) / 45))).forEach(function (y) {
          var p = py(y, f); context.beginPath(); context.moveTo(f.left, p); context.lineTo(f.right, p); context.stroke();
          context.fillText(short(y), f.left - 6, p);
        });
        context.fillStyle = ink("ink"); context.textAlign = "center"; context.textBaseline = "alphabetic";
        context.fillText(chart.x, (f.left + f.right) / 2, f.height - 8);
        context.save(); context.translate(13, (f.top + f.bottom) / 2); context.rotate(-Math.PI / 2);
        context.fillText(axisTitle(), 0, 0); context.restore();
        context.save(); context.beginPath();
        context.rect(f.left, f.top, f.right - f.left, f.bottom - f.top); context.clip();
        var shown = visible();
        if (bands.checked) shown.forEach(function (s) { if (s.lo) band(s, f); });
        shown.forEach(function (s) { line(s, f); });
        context.strokeStyle = ink("muted"); context.setLineDash([5, 4]); context.lineWidth = 1.2;
        chart.references.forEach(function (r) {
          var p = py(r.value, f); context.beginPath(); context.moveTo(f.left, p); context.lineTo(f.right, p); context.stroke();
          context.fillStyle = ink("muted"); context.textAlign = "right"; context.fillText(r.name, f.right - 4, p - 4);
        });
        context.setLineDash([]);
        if (cursor !== null) {
          var c = px(cursor, f); context.strokeStyle = ink("ink"); context.lineWidth = 1;
          context.beginPath(); context.moveTo(c, f.top); context.lineTo(c, f.bottom); context.stroke();
        }
        if (drag && drag.to) {
          context.fillStyle = ink("shade");
          context.fillRect(px(drag.from.x, f), py(drag.from.y, f), px(drag.to.x, f) - px(drag.from.x, f), py(drag.to.y, f) - py(drag.from.y, f));
        }
        context.restore();
        context.strokeStyle = ink("muted"); context.beginPath();
        context.moveTo(f.left, f.top); context.lineTo(f.left, f.bottom); context.lineTo(f.right, f.bottom); context.stroke();
      }
      function span(s) {
        var first = Math.max(0, nearest(s.places, view.x0) - 1), last = Math.min(s.places.length - 1, nearest(s.places, view.x1) + 1);
        return [first, last];
      }
      // Browsers fill a long jagged path in a time that grows with its square: curves are drawn piece by piece.
      var piece = 40;
      function line(s, f) {
        var range = span(s), on = false;
        context.strokeStyle = color(s.style); context.lineWidth = 1.7;
        context.setLineDash(data.dashes[Math.floor(s.style / data.palette.length) % data.dashes.length]);
        context.beginPath();
        for (var i = range[0]; i <= range[1]; i++) {
          if (!isFinite(s.m[i])) { on = false; continue; }
          var x = px(s.places[i], f), y = py(s.m[i], f);
          if (on) context.lineTo(x, y); else { context.moveTo(x, y); on = true; }
          if (i % piece === 0) { context.stroke(); context.beginPath(); context.moveTo(x, y); }
        }
        context.stroke(); context.setLineDash([]);
      }
      function band(s, f) {
        var range = span(s), i = range[0];
        context.fillStyle = color(s.style); context.globalAlpha = 0.16;
        while (i <= range[1]) {
          while (i <= range[1] && !(isFinite(s.lo[i]) && isFinite(s.hi[i]))) i++;
          var start = i;
          context.beginPath();
          for (; i <= range[1] && i <= start + piece && isFinite(s.lo[i]) && isFinite(s.hi[i]); i++) context.lineTo(px(s.places[i], f), py(s.lo[i], f));
          for (var k = i - 1; k >= start; k--) context.lineTo(px(s.places[k], f), py(s.hi[k], f));
          if (i > start) context.fill();
          if (i > start + piece && i <= range[1]) i--;
        }
        context.globalAlpha = 1;
      }
      function tell() {
        if (cursor === null) { readout.textContent = "Point at the curves, or press ← and → here, to read values."; return; }
        var list = visible().map(function (s) {
          var i = nearest(s.places, cursor);
          return { name: s.name, value: s.m[i], low: s.lo && s.lo[i], high: s.hi && s.hi[i] };
        }).filter(function (v) { return isFinite(v.value); }).sort(function (a, b) { return b.value - a.value; });
        var rest = list.length > 8 ? "; and " + (list.length - 8) + " more" : "";
        readout.textContent = chart.x + " " + short(cursor) + ": " + list.slice(0, 8).map(function (v) {
          return v.name + " " + short(v.value) + (isFinite(v.low) && v.low !== null ? " [" + short(v.low) + ", " + short(v.high) + "]" : "");
        }).join("; ") + rest;
      }
      function zoom(factor, about) {
        var x = about ? about.x : cursor !== null ? cursor : (view.x0 + view.x1) / 2;
        view = { x0: x - (x - view.x0) * factor, x1: x + (view.x1 - x) * factor, y0: view.y0, y1: view.y1 };
        if (view.x1 - view.x0 < 1e-9 * (home.x1 - home.x0)) view = home;
        later();
      }
      function pan(share) {
        var d = share * (view.x1 - view.x0);
        view = { x0: view.x0 + d, x1: view.x1 + d, y0: view.y0, y1: view.y1 };
        later();
      }
      function reset() { view = null; later(); }
      function move(step) {
        var list = visible(); if (!list.length) return;
        var xs = list[0].places, i = cursor === null ? (step > 0 ? -1 : xs.length) : nearest(xs, cursor);
        i = Math.min(xs.length - 1, Math.max(0, i + step));
        cursor = xs[i];
        if (cursor < view.x0 || cursor > view.x1) pan((cursor - (view.x0 + view.x1) / 2) / (view.x1 - view.x0));
        tell(); later();
      }
      function choose(index) {
        chart = charts[index]; series = chart.series; view = null; cursor = null;
        canvas.setAttribute("aria-label", "Learning curves: " + chart.y + " against " + chart.x + " on " + chart.title +
          ", " + series.length + " variants. Arrow keys read values, plus and minus zoom, 0 resets.");
        root.querySelector(".subtitle").textContent = chart.subtitle;
        slider.max = Math.max(1, Math.min(200, Math.floor(Math.max.apply(null, series.map(function (s) { return places[s.x].length; })) / 4)));
        if (Number(slider.value) > Number(slider.max)) slider.value = slider.max;
        list(); tell(); later();
      }
      function list() {
        legend.textContent = "";
        series.forEach(function (s) {
          var label = document.createElement("label"), box = document.createElement("input"), mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
          box.type = "checkbox"; box.checked = !hidden[s.name];
          box.addEventListener("change", function () { hidden[s.name] = !box.checked; if (view === home) view = null; tell(); later(); });
          mark.setAttribute("width", "24"); mark.setAttribute("height", "10"); mark.setAttribute("aria-hidden", "true");
          var dash = data.dashes[Math.floor(s.style / data.palette.length) % data.dashes.length].join(" ");
          mark.innerHTML = '<line x1="0" y1="5" x2="24" y2="5" stroke-width="2.5" stroke-dasharray="' + dash + '"/>';
          mark.firstChild.style.stroke = color(s.style);
          label.title = s.name;
          label.append(box, mark, document.createTextNode(s.name));
          legend.append(label);
        });
      }
      function all(on) { series.forEach(function (s) { hidden[s.name] = !on; }); view = null; list(); tell(); later(); }

      charts.forEach(function (c) { c.series.forEach(function (s) { if (s.off) hidden[s.name] = true; }); });
      metric.addEventListener("change", function () { choose(metric.selectedIndex); });
      slider.addEventListener("input", function () {
        said.textContent = Number(slider.value) > 1 ? "mean of " + slider.value + " recorded points" : "off";
        if (view === home) view = null;
        tell(); later();
      });
      [full, bands].forEach(function (box) { box.addEventListener("change", reset); });
      root.querySelector(".in").addEventListener("click", function () { zoom(0.5); });
      root.querySelector(".out").addEventListener("click", function () { zoom(2); });
      root.querySelector(".left").addEventListener("click", function () { pan(-0.25); });
      root.querySelector(".right").addEventListener("click", function () { pan(0.25); });
      root.querySelector(".reset").addEventListener("click", reset);
      root.querySelector(".all").addEventListener("click", function () { all(true); });
      root.querySelector(".none").addEventListener("click", function () { all(false); });
      canvas.addEventListener("keydown", function (event) {
        var keys = {
          ArrowLeft: function () { event.shiftKey ? pan(-0.1) : move(-1); },
          ArrowRight: function () { event.shiftKey ? pan(0.1) : move(1); },
          PageUp: function () { move(-10); }, PageDown: function () { move(10); },
          Home: function () { move(-1e9); }, End: function () { move(1e9); },
          "+": function () { zoom(0.5); }, "=": function () { zoom(0.5); }, "-": function () { zoom(2); }, "0": reset,
          Escape: function () { cursor = null; tell(); later(); }
        };
        if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { keys[event.key](); event.preventDefault(); }
      });
      canvas.addEventListener("pointerdown", function (event) {
        fingers[event.pointerId] = event;
        if (event.pointerType !== "touch") { drag = { from: at(frame(), event.clientX, event.clientY), x: event.clientX, y: event.clientY }; canvas.setPointerCapture(event.pointerId); }
      });
      canvas.addEventListener("pointermove", function (event) {
        var f = frame(), p = at(f, event.clientX, event.clientY), ids = Object.keys(fingers);
        if (event.pointerType === "touch" && ids.length === 2) {
          var other = fingers[ids[0] === String(event.pointerId) ? ids[1] : ids[0]], old = fingers[event.pointerId];
          var before = Math.abs(old.clientX - other.clientX), now = Math.abs(event.clientX - other.clientX);
          if (before > 10 && now > 10) zoom(before / now, at(f, other.clientX, other.clientY));
        }
        if (fingers[event.pointerId]) fingers[event.pointerId] = event;
        if (drag && Math.abs(event.clientX - drag.x) + Math.abs(event.clientY - drag.y) > 6) drag.to = p;
        cursor = Math.min(view.x1, Math.max(view.x0, p.x));
        tell(); later();
      });
      function release(event) {
        delete fingers[event.pointerId];
        if (drag && drag.to) {
          var a = drag.from, b = drag.to;
          if (a.x !== b.x && a.y !== b.y) {
            view = { x0: Math.min(a.x, b.x), x1: Math.max(a.x, b.x), y0: Math.min(a.y, b.y), y1: Math.max(a.y, b.y) };
          }
        }
        drag = null; later();
      }
      canvas.addEventListener("pointerup", release);
      canvas.addEventListener("pointercancel", release);
      canvas.addEventListener("pointerleave", function () { if (!drag) { cursor = null; tell(); later(); } });
      canvas.addEventListener("dblclick", reset);
      canvas.addEventListener("wheel", function (event) {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        zoom(Math.exp(event.deltaY / 300), at(frame(), event.clientX, event.clientY));
      }, { passive: false });
      window.addEventListener("resize", later);
      if (dark.addEventListener) dark.addEventListener("change", function () { list(); later(); });
      self.state = function () { return { view: view, cursor: cursor, visible: visible().length, axis: axisTitle() }; };
      choose(0);
    }

    var panels = [];
    Array.prototype.forEach.call(document.querySelectorAll(".panel"), function (root, k) {
      root.hidden = false;
      panels.push(new Panel(root, data.panels[k]));
    });
    Array.prototype.forEach.call(document.querySelectorAll(".static-curves"), function (figure) { figure.hidden = true; });
    window.rlLabReport = panels;
    })();
    """#
}
