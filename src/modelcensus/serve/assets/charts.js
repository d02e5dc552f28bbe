// Pictures that answer. Where scripts run, the picture gives way to the same chart, drawn here by Vega: pointing at it, or
// the arrow keys, tell the values of a day with their intervals; dragging over a plot over time zooms into it. Until the
// chart is drawn, and where anything fails, the picture stays. Nothing is evaluated: Vega's interpreter runs the
// specification, so that the page's policy can forbid scripts made of texts.
(() => {
  const own = document.currentScript.dataset;
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 600px)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const GAP = 15.5; // pixels between two names at the ends of lines
  const told = new Map();
  const loading = new Map();
  const shown = new Map();

  window.censusChart = (text) => told.set(document.currentScript.src, JSON.parse(text));

  const load = (address) => {
    const { href } = new URL(address, document.baseURI);
    if (!loading.has(href)) {
      loading.set(
        href,
        new Promise((resolve, reject) => {
          const script = document.createElement("script");
          script.addEventListener("load", () => resolve(told.get(href)));
          script.addEventListener("error", () => reject(new Error(`not loaded: ${href}`)));
          script.src = href;
          document.head.append(script);
        }),
      );
    }
    return loading.get(href);
  };

  const make = (tag, classes, text = "") => {
    const made = document.createElement(tag);
    made.className = classes;
    made.textContent = text;
    return made;
  };

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

  const coloured = (spec, colours) =>
    isDark()
      ? JSON.parse(JSON.stringify(spec).replace(/"(#[0-9a-f]{6})"|("background"|"value"):"white"/g, (all, hex, key) =>
          key ? `${key}:"${colours.white}"` : `"${colours[hex] ?? hex}"`))
      : spec;

  class Live {
    constructor(figure) {
      this.figure = figure;
      this.plot = make("div", "plot");
      this.plot.tabIndex = 0;
      this.plot.setAttribute("role", "group");
      this.plot.setAttribute("aria-label", `Chart: ${figure.querySelector("img").alt}. Arrow keys tell its values.`);
      this.drawn = make("div", "drawn");
      this.drawn.setAttribute("aria-hidden", "true");
      this.cursor = make("div", "cursor");
      this.band = make("div", "band");
      this.tip = make("div", "tip");
      this.tip.setAttribute("role", "status");
      this.dots = [];
      this.plot.append(this.drawn, this.band, this.cursor, this.tip);
      this.tools = this.toolbar();
      this.at = -1;
      this.hide();
      this.listen();
    }

    async show() {
      const phone = narrow.matches;
      const address = phone ? this.figure.dataset.livePhone : this.figure.dataset.live;
      await load(own.vega);
      await load(own.interpreter);
      this.told = await load(address);
      if (phone !== narrow.matches) return this.show(); // it turned while this was loading
      await this.draw();
      if (!this.plot.isConnected) {
        this.figure.querySelector("picture").after(this.plot, ...(this.told.along === "time" ? [this.tools] : []));
        this.figure.classList.add("live");
        this.measure();
      }
    }

    async draw() {
      const { spec, dark: colours } = this.told;
      const { vega } = window;
      const given = coloured(this.window ? this.within(spec) : spec, colours);
      this.view?.finalize();
      this.view = new vega.View(vega.parse(given, null, { ast: true }), {
        expr: vega.expressionInterpreter, renderer: "svg", hover: false, logLevel: vega.Error, loader: vega.loader(),
      }).initialize(this.drawn);
      await this.view.runAsync();
      this.measure();
      this.hide();
    }

    // What the values are, and where they stand on the drawing.
    measure() {
      const named = (end) => this.told.spec.scales.find((scale) => /^concat_0_/.test(scale.name) && scale.name.endsWith(end))?.name;
      const [x, y] = [named("_x"), named("_y")];
      const { along } = this.told;
      this.scale = { x: x && this.view.scale(x), y: y && this.view.scale(y) };
      this.group = this.drawn.querySelector(`[class*="${y.slice(0, -2)}_group"] path`)?.parentNode ?? null;
      const key = { time: "at", ages: "at", bars: "order", readings: "place" }[along];
      const source = this.told.spec.data.find((data) => data.values?.[0]?.said !== undefined);
      const rows = source ? source.values.filter((row) => !this.window || (row.at >= this.window[0] && row.at <= this.window[1])) : [];
      this.stops = [...new Set(rows.map((row) => row[key]))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      this.rows = Map.groupBy ? Map.groupBy(rows, (row) => row[key]) : grouped(rows, key);
      const monthly = along === "time" && this.stops.every((day) => day.endsWith("-01"));
      this.named = (day) => along === "ages" ? `Day ${day} after release` :
        new Date(day).toLocaleDateString("en-GB", { ...(monthly ? {} : { day: "numeric" }), month: "long", year: "numeric", timeZone: "UTC" });
    }

    // A point of the plot on the page, and a point of the page on the plot; the drawing may be scaled.
    out(x, y) {
      const box = this.plot.getBoundingClientRect();
      const at = new DOMPoint(x, y).matrixTransform(this.group.getScreenCTM());
      return [at.x - box.left, at.y - box.top];
    }

    into(event) {
      return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.group.getScreenCTM().inverse());
    }

    place(stop) {
      if (this.told.along === "bars") return this.scale.y(stop) + this.scale.y.bandwidth() / 2;
      return this.scale.x(this.told.along === "time" ? new Date(stop) : stop);
    }

    nearest(event) {
      const point = this.into(event);
      const at = this.told.along === "bars" ? point.y : point.x;
      const distances = this.stops.map((stop) => Math.abs(this.place(stop) - at));
      return distances.indexOf(Math.min(...distances));
    }

    point(index) {
      if (index < 0 || index >= this.stops.length) return;
      this.at = index;
      const stop = this.stops[index];
      const rows = this.rows.get(stop);
      const { along } = this.told;
      const height = this.scale.y.range()[0];
      for (const dot of this.dots) dot.remove();
      this.dots = [];
      if (along === "time" || along === "ages") {
        const x = this.place(stop);
        const [left, top] = this.out(x, 0);
        Object.assign(this.cursor.style, { left: `${left}px`, top: `${top}px`, height: `${this.out(x, height)[1] - top}px` });
        const ordered = [...rows].sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || this.scale.y(a.value) - this.scale.y(b.value));
        const list = make("dl", "");
        for (const row of ordered) {
          const [name, colour] = [make("dt", "", row.series), this.view.scale("color")(row.series)];
          name.style.borderLeftColor = colour;
          list.append(name, make("dd", "", row.said));
          if (row.order === undefined && !row.wide) this.dot(x, row.value, colour);
        }
        this.tip.replaceChildren(make("p", "", this.named(stop)), list);
        this.set(left, top, x > (this.scale.x.range()[0] + this.scale.x.range()[1]) / 2);
      } else {
        const more = (row) => row.read ?? (row.to ? "Click or Enter: over time, and of other wholes" : "");
        this.tip.replaceChildren(...rows.flatMap((row) => [make("p", "", row.said), make("p", "read", more(row))]));
        const [left, top] = along === "bars" ? this.out(0, this.place(stop)) : this.out(this.place(stop), 0);
        if (along === "bars") this.set(left, top + 16, false);
        else {
          Object.assign(this.cursor.style, { left: `${left}px`, top: `${top}px`, height: `${this.out(0, height)[1] - top}px` });
          this.set(left, top, this.place(stop) > this.scale.x.range()[1] / 2);
        }
      }
      this.cursor.hidden = along === "bars";
    }

    dot(x, value, colour) {
      const [left, top] = this.out(x, this.scale.y(value));
      const dot = make("i", "dot");
      Object.assign(dot.style, { left: `${left}px`, top: `${top}px`, backgroundColor: colour });
      this.plot.append(dot);
      this.dots.push(dot);
    }

    // The tip stands beside the point, on the side where there is room, and never outside the figure.
    set(left, top, before) {
      this.tip.hidden = false;
      const width = this.plot.clientWidth;
      const own = this.tip.offsetWidth;
      const at = before ? left - own - 12 : left + 12;
      Object.assign(this.tip.style, { left: `${Math.max(0, Math.min(at, width - own))}px`, top: `${top + 6}px` });
    }

    hide() {
      this.at = -1;
      for (const part of [this.cursor, this.band, this.tip]) part.hidden = true;
      for (const dot of this.dots) dot.remove();
      this.dots = [];
    }

    listen() {
      const { plot } = this;
      let from = -1;
      const answering = () => this.group && this.stops.length > 0;
      plot.addEventListener("pointermove", (event) => {
        if (!answering()) return;
        const index = this.nearest(event);
        this.point(index);
        if (from >= 0) this.mark(from, index);
      });
      plot.addEventListener("pointerdown", (event) => {
        if (!answering()) return;
        this.point(this.nearest(event));
        if (event.button === 0 && event.pointerType === "mouse" && this.told.along === "time") {
          from = this.at;
          plot.setPointerCapture(event.pointerId);
        }
      });
      plot.addEventListener("pointerup", (event) => {
        const until = answering() ? this.nearest(event) : -1;
        if (from >= 0 && Math.abs(until - from) > 1) this.zoom(this.stops[Math.min(from, until)], this.stops[Math.max(from, until)]);
        from = -1;
        this.band.hidden = true;
      });
      plot.addEventListener("click", (event) => event.detail === 1 && event.pointerType !== "touch" && this.open());
      plot.addEventListener("dblclick", () => this.zoom());
      // A finger that is lifted leaves: what it touched stays told until something else is touched.
      plot.addEventListener("pointerleave", (event) => from < 0 && event.pointerType !== "touch" && document.activeElement !== plot && this.hide());
      plot.addEventListener("blur", () => this.hide());
      plot.addEventListener("keydown", (event) => {
        if (!answering() || event.ctrlKey || event.metaKey || event.altKey) return;
        const [back, on] = this.told.along === "bars" ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
        const last = this.stops.length - 1;
        const start = this.told.along === "bars" ? 0 : last;
        const moves = {
          [back]: () => this.point(this.at < 0 ? start : Math.max(this.at - 1, 0)),
          [on]: () => this.point(this.at < 0 ? start : Math.min(this.at + 1, last)),
          Home: () => this.point(0),
          End: () => this.point(last),
          "+": () => this.closer(),
          "-": () => this.zoom(),
          Enter: () => this.open(),
          Escape: () => this.hide(),
        };
        if (!moves[event.key]) return;
        event.preventDefault();
        moves[event.key]();
      });
    }

    // The page that shows what is pointed at, where there is one; never one of another place.
    open() {
      const to = this.rows.get(this.stops[this.at])?.[0]?.to;
      if (!to) return;
      const led = new URL(to, document.baseURI);
      if (led.origin === location.origin && led.protocol === location.protocol) location.assign(led);
    }

    mark(from, until) {
      const [left, top] = this.out(Math.min(this.place(this.stops[from]), this.place(this.stops[until])), 0);
      const [right, bottom] = this.out(Math.max(this.place(this.stops[from]), this.place(this.stops[until])), this.scale.y.range()[0]);
      Object.assign(this.band.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
      this.band.hidden = false;
    }

    toolbar() {
      const tools = make("p", "tools");
      const button = (text, act) => {
        const made = make("button", "theme", text);
        made.type = "button";
        made.addEventListener("click", act);
        return made;
      };
      this.whole = button("Whole time", () => this.zoom());
      this.whole.hidden = true;
      tools.append(button("Zoom in", () => this.closer()), this.whole, make("span", "", window.matchMedia("(pointer: coarse)").matches ? "Touch the plot to read its values." : "or drag over the plot; point at it to read its values"));
      return tools;
    }

    // Half of what is shown, around the day that is pointed at, else at its end.
    closer() {
      const { length } = this.stops;
      const half = Math.ceil(length / 2);
      if (half < 3) return;
      const centre = this.at < 0 ? length - 1 : this.at;
      const first = Math.max(0, Math.min(centre - Math.floor(half / 2), length - half));
      this.zoom(this.stops[first], this.stops[first + half - 1]);
    }

    async zoom(from, until) {
      this.window = from ? [from, until] : null;
      await this.draw();
      this.whole.hidden = !from;
    }

    // The specification with what lies within the window alone; the names stand at the ends of what is left of their lines.
    within(spec) {
      const [from, until] = this.window;
      const changed = structuredClone(spec);
      const rows = spec.data.find((data) => data.values?.[0]?.said !== undefined).values.filter((row) => row.at >= from && row.at <= until);
      for (const data of changed.data) {
        if (!data.values?.[0]?.at) continue;
        if (data.values[0].place !== undefined) data.values = this.names(data.values, rows);
        else {
          data.values = data.values
            .filter((row) => row.at <= until && (row.until ?? row.at) >= from)
            .map((row) => (row.until ? { ...row, at: row.at < from ? from : row.at, until: row.until > until ? until : row.until } : row));
        }
      }
      return changed;
    }

    names(labels, rows) {
      const end = rows.reduce((last, row) => (row.at > last ? row.at : last), "");
      const { y } = this.scale;
      const height = y.range()[0];
      const found = labels.flatMap((label) => {
        const mine = rows.filter((row) => row.series === label.series).sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
        if (!mine) return [];
        const below = mine.order === undefined ? 0 : rows.filter((row) => row.at === mine.at && row.order < mine.order).reduce((sum, row) => sum + row.value, 0);
        const value = mine.order === undefined ? mine.value : below + mine.value / 2;
        return [{ ...label, at: end, text: `${label.name} ${mine.short}`, y: Math.min(y(value), height) }];
      });
      found.sort((a, b) => a.y - b.y);
      found.forEach((label, i) => { if (i) label.y = Math.max(label.y, found[i - 1].y + GAP); });
      for (let i = found.length - 1, most = height; i >= 0; i -= 1, most = found[i + 1].y - GAP) found[i].y = Math.min(found[i].y, most);
      return found.map(({ y: at, ...label }) => ({ ...label, place: y.invert(at) }));
    }
  }

  const grouped = (rows, key) => {
    const found = new Map();
    for (const row of rows) found.set(row[key], [...(found.get(row[key]) ?? []), row]);
    return found;
  };

  const begin = (figure) => {
    if (shown.has(figure)) return;
    const live = new Live(figure);
    shown.set(figure, live);
    live.show().catch((error) => console.error(error)); // the picture stays
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) begin(entry.target);
  }, { rootMargin: "200px" });

  const look = () => {
    for (const [figure, live] of shown) {
      if (figure.isConnected) continue;
      live.view?.finalize();
      shown.delete(figure);
    }
    for (const figure of document.querySelectorAll("figure[data-live]")) seen.observe(figure);
  };

  const again = (act) => {
    for (const live of shown.values()) if (live.told) act(live);
  };
  new MutationObserver(() => again((live) => live.draw())).observe(root, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", () => again((live) => live.draw()));
  narrow.addEventListener("change", () => again((live) => { live.window = null; live.show(); }));
  window.addEventListener("resize", () => again((live) => live.hide()));
  document.addEventListener("htmx:afterSwap", look);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", look);
  else look();
})();
