/* Draws the charts of the report from the data in the page. */
"use strict";
{
  const layers = JSON.parse(document.getElementById("data").textContent);
  const significant = d3.format(".4g");
  const whole = d3.format(",");
  const get = (id) => document.getElementById(id);
  let chosen = 0;

  /** A number with four significant digits, or a dash for none. */
  const number = (value) => (value === null ? "-" : significant(value));
  const change = (pair) => `${number(pair[0])} → ${number(pair[1])}`;
  const named = (layer) => `#${layer.number} ${layer.tensor}`;
  const variances = (layer) =>
    `input strength variance ${change(layer.input)}, output ${change(layer.output)}`;

  /** An empty drawing as wide as its place, in place of an older one. */
  function drawing(place, height, label) {
    const width = Math.max(260, place.clientWidth);
    const svg = d3
      .create("svg")
      .attr("viewBox", [0, 0, width, height])
      .attr("width", width)
      .attr("height", height)
      .attr("role", "img")
      .attr("aria-label", label);
    place.replaceChildren(svg.node());
    return { svg, width, height };
  }

  function axis(svg, scaleAxis, x, y) {
    return svg.append("g").attr("transform", `translate(${x},${y})`).call(scaleAxis.tickSizeOuter(0));
  }

  /* Strength variance of all layers. */

  const isDrawable = (pair) => pair[0] > 0 && pair[1] > 0;

  function overview(place) {
    const side = place.dataset.side;
    const margin = { top: 12, right: 12, bottom: 40, left: 60 };
    const shown = layers.filter((layer) => isDrawable(layer[side]));
    const { svg, width, height } = drawing(
      place, 250, `Strength variance of the ${side}s of ${shown.length} layers, before and after, on a log scale`);
    const x = d3
      .scaleLinear()
      .domain([-0.5, layers.length - 0.5])
      .range([margin.left, width - margin.right]);
    const [least, most] = d3.extent(layers.flatMap((layer) => [layer.input, layer.output].filter(isDrawable).flat()));
    const y = d3.scaleLog([least / 1.5, most * 1.5], [height - margin.bottom, margin.top]);
    if (shown.length === 0) {
      svg.append("text").attr("x", margin.left).attr("y", height / 2).text("No layer has a variance above 0.");
      return;
    }
    const step = x(1) - x(0);
    const radius = Math.max(1.2, Math.min(4.5, step * 0.35));
    const yAxis = d3.axisLeft(y).tickValues(logTicks(y.domain())).tickFormat(d3.format("~g"));
    axis(svg, yAxis.tickSize(-(width - margin.left - margin.right)), margin.left, 0).select(".domain").remove();
    axis(svg, layerAxis(x, step), 0, height - margin.bottom);
    if (!namesFit(step)) {
      label(svg, width - margin.right, height - 4, "end", "layer");
    }
    band(svg, "pointed", margin, height).attr("visibility", "hidden");
    band(svg, "chosen", margin, height);
    const at = (layer) => x(layers.indexOf(layer));
    const marks = svg.append("g").attr("stroke-width", Math.min(2, radius));
    marks
      .selectAll("line")
      .data(shown)
      .join("line")
      .attr("class", "change")
      .attr("x1", at)
      .attr("x2", at)
      .attr("y1", (layer) => y(layer[side][0]))
      .attr("y2", (layer) => y(layer[side][1]));
    for (const [time, name] of ["before", "after"].entries()) {
      marks
        .append("g")
        .selectAll("circle")
        .data(shown)
        .join("circle")
        .attr("class", `dot ${name}`)
        .attr("cx", at)
        .attr("cy", (layer) => y(layer[side][time]))
        .attr("r", radius);
    }
    const layerAt = (event) =>
      Math.max(0, Math.min(layers.length - 1, Math.round(x.invert(d3.pointer(event, svg.node())[0]))));
    svg
      .on("pointermove", (event) => point(layerAt(event)))
      .on("pointerleave", () => point(null))
      .on("click", (event) => choose(layerAt(event)));
    // Where the bands of this drawing go.
    const thickness = Math.max(6, Math.min(step, 36));
    svg.node().bandAt = (index) => ({ x: x(index) - thickness / 2, width: thickness });
  }

  /** Powers of ten, with their double and fivefold where there are few. */
  function logTicks([low, high]) {
    const digits = high / low < 1000 ? [1, 2, 5] : [1];
    const powers = d3.range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)) + 1);
    return powers
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((tick) => tick >= low && tick <= high);
  }

  const lettersIn = (pixels) => Math.floor(pixels / 7.5);
  const namesFit = (step) => lettersIn(step) >= 12;

  /** Names where they fit, numbers otherwise. */
  function layerAxis(x, step) {
    const isRoomy = namesFit(step);
    const count = Math.max(1, Math.min(layers.length, Math.floor((x.range()[1] - x.range()[0]) / 60)));
    const ticks = isRoomy ? d3.range(layers.length) : x.ticks(count).filter(Number.isInteger);
    return d3
      .axisBottom(x)
      .tickValues(ticks.filter((index) => layers[index]))
      .tickFormat((index) => (isRoomy ? shortened(named(layers[index]), lettersIn(step)) : layers[index].number));
  }

  const shortened = (text, letters) => (text.length <= letters ? text : `${text.slice(0, letters - 1)}…`);

  function label(svg, x, y, anchor, text) {
    return svg.append("text").attr("x", x).attr("y", y).attr("text-anchor", anchor).text(text);
  }

  function band(svg, name, margin, height) {
    return svg
      .append("rect")
      .attr("class", name)
      .attr("y", margin.top)
      .attr("height", height - margin.bottom - margin.top);
  }

  function place(name, index) {
    d3.selectAll(`#variance svg rect.${name}`).each(function () {
      const at = this.ownerSVGElement.bandAt(index);
      d3.select(this).attr("visibility", "visible").attr("x", at.x).attr("width", at.width);
    });
  }

  function point(index) {
    const readout = document.querySelector(".readout");
    if (index === null) {
      readout.textContent = "\u00a0";
      d3.selectAll("#variance .pointed").attr("visibility", "hidden");
    } else {
      readout.textContent = `${named(layers[index])}: ${variances(layers[index])}`;
      place("pointed", index);
    }
  }

  /* Strengths of one layer. */

  function histogram(target, counts, neurons) {
    const margin = { top: 8, right: 12, bottom: 40, left: 52 };
    const { svg, width, height } = drawing(target, 220, `Histogram of the strengths of ${neurons}, before and after`);
    const bins = counts.before.length;
    const edges = d3.range(bins + 1).map((bin) => counts.low + ((counts.high - counts.low) * bin) / bins);
    const x = d3.scaleLinear([counts.low, counts.high], [margin.left, width - margin.right]);
    const y = d3
      .scaleLinear([0, d3.max([...counts.before, ...counts.after])], [height - margin.bottom, margin.top])
      .nice();
    axis(svg, d3.axisLeft(y).ticks(4).tickSize(-(width - margin.left - margin.right)), margin.left, 0)
      .call((axes) => axes.selectAll(".tick").filter((tick) => !Number.isInteger(tick)).remove())
      .select(".domain").remove();
    axis(svg, d3.axisBottom(x).ticks(Math.max(3, width / 90)), 0, height - margin.bottom);
    label(svg, width - margin.right, height - 4, "end", `strength (${neurons}, ${bins} bins)`);
    label(svg, 0, 0, "middle", "number").attr("transform", `translate(12,${(height - margin.bottom) / 2})rotate(-90)`);
    svg
      .append("g")
      .selectAll("rect")
      .data(counts.after)
      .join("rect")
      .attr("class", "bar after")
      .attr("x", (count, bin) => x(edges[bin]) + 0.5)
      .attr("width", (count, bin) => Math.max(0.5, x(edges[bin + 1]) - x(edges[bin]) - 1))
      .attr("y", (count) => y(count))
      .attr("height", (count) => y(0) - y(count));
    const outline = [[counts.low, 0]];
    counts.before.forEach((count, bin) => outline.push([edges[bin], count], [edges[bin + 1], count]));
    outline.push([counts.high, 0]);
    svg
      .append("path")
      .attr("class", "outline before")
      .attr("d", d3.line((at) => x(at[0]), (at) => y(at[1]))(outline));
  }

  /* Weights of one layer. */

  const colour = d3.scaleDiverging([-1, 0, 1], d3.interpolatePRGn);

  /** The cells as an image, a pixel a cell. */
  function image(picture, cells) {
    const canvas = document.createElement("canvas");
    canvas.width = picture.columns;
    canvas.height = picture.rows;
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(picture.columns, picture.rows);
    Int8Array.from(atob(cells), (cell) => cell.charCodeAt(0)).forEach((cell, index) => {
      const { r, g, b } = d3.rgb(colour(cell / 127));
      pixels.data.set([r, g, b, 255], 4 * index);
    });
    context.putImageData(pixels, 0, 0);
    return canvas.toDataURL();
  }

  function matrix(target, layer, time) {
    const { rows, columns } = layer.picture;
    const margin = { top: 4, right: 12, bottom: 40, left: 60 };
    const room = Math.max(260, target.clientWidth) - margin.left - margin.right;
    const cell = Math.min(room / columns, 360 / rows, 28);
    const size = [Math.max(2, cell * columns), Math.max(2, cell * rows)];
    const { svg, height } = drawing(
      target, size[1] + margin.top + margin.bottom, `The weight matrix of ${layer.tensor} ${time} rewiring, as a picture`);
    svg
      .append("image")
      .attr("x", margin.left)
      .attr("y", margin.top)
      .attr("width", size[0])
      .attr("height", size[1])
      .attr("preserveAspectRatio", "none")
      .attr("href", image(layer.picture, layer.picture[time]));
    svg
      .append("rect")
      .attr("class", "frame")
      .attr("x", margin.left - 0.5)
      .attr("y", margin.top - 0.5)
      .attr("width", size[0] + 1)
      .attr("height", size[1] + 1);
    axis(svg, indexAxis(d3.axisBottom, layer.inputs, layer.picture.width, [margin.left, margin.left + size[0]]), 0, margin.top + size[1]);
    axis(svg, indexAxis(d3.axisLeft, layer.outputs, layer.picture.height, [margin.top, margin.top + size[1]]), margin.left, 0);
    label(svg, margin.left, height - 4, "start", "input");
    label(svg, 0, 0, "middle", "output neuron").attr(
      "transform", `translate(12,${margin.top + Math.max(size[1] / 2, 40)})rotate(-90)`);
  }

  /** Indices of rows or columns, each at the middle of its row or column. */
  function indexAxis(kind, length, perCell, range) {
    const cells = Math.ceil(length / perCell);
    const scale = d3.scaleLinear([-0.5, cells * perCell - 0.5], range);
    const count = Math.max(1, (range[1] - range[0]) / 60);
    return kind(scale).tickValues(scale.ticks(count).filter((index) => Number.isInteger(index) && index >= 0 && index < length));
  }

  function ramp(limit, isExact) {
    const left = 60;
    const { svg } = drawing(get("ramp"), 40, `Colours from ${significant(-limit)} over 0 to ${significant(limit)}`);
    const steps = 101;
    const x = d3.scaleLinear([-limit, limit], [left, left + 202]);
    svg
      .selectAll("rect")
      .data(d3.range(steps))
      .join("rect")
      .attr("x", (step) => left + 2 * step)
      .attr("width", 2.5)
      .attr("height", 12)
      .attr("fill", (step) => colour((2 * step) / (steps - 1) - 1));
    const format = (value) => d3.format(".2~g")(value) + (value === 0 ? "" : value < 0 ? " or less" : " or more");
    axis(svg, d3.axisBottom(x).tickValues([-limit, 0, limit]).tickFormat(format), 0, 12);
    label(svg, left + 214, 11, "start", isExact ? "weight" : "mean weight of a cell");
  }

  const isExact = (picture) => picture.height === 1 && picture.width === 1;

  function cellsText(layer) {
    const { rows, columns, height, width } = layer.picture;
    const isEven = layer.outputs % height === 0 && layer.inputs % width === 0;
    const of = layer.slices > 1 ? `This is the first of ${whole(layer.slices)} matrices. ` : "";
    return isExact(layer.picture)
      ? `${of}Each cell is one weight.`
      : `${of}Each of the ${rows} × ${columns} cells is the mean of ${height} × ${width} weights` +
          `${isEven ? "" : ", fewer at the lower and right edge"}; together they cover the matrix. ` +
          "A paler picture means that sums of weights are nearer to 0.";
  }

  /* The chosen layer. */

  function drawLayer() {
    const layer = layers[chosen];
    get("choice").value = chosen;
    get("previous").disabled = chosen === 0;
    get("next").disabled = chosen === layers.length - 1;
    get("facts").textContent =
      `${named(layer)}: ${layer.operator}${layer.node && ` (${layer.node})`}, ${layer.type} ${layer.shape}, ` +
      `${layer.slices > 1 ? `${whole(layer.slices)} matrices` : "a matrix"} of ${whole(layer.outputs)} output neurons × ` +
      `${whole(layer.inputs)} inputs; ${variances(layer)}.`;
    get("sketch").hidden = !layer.picture;
    get("no-sketch").hidden = Boolean(layer.picture);
    place("chosen", chosen);
    d3.selectAll("#layers tbody tr").attr("aria-current", (_, row) => (row === chosen ? "true" : null));
    if (layer.picture) {
      histogram(get("inputs"), layer.inputStrengths, `${whole(layer.slices * layer.inputs)} inputs`);
      histogram(get("outputs"), layer.outputStrengths, `${whole(layer.slices * layer.outputs)} output neurons`);
      matrix(get("matrix-before"), layer, "before");
      matrix(get("matrix-after"), layer, "after");
      ramp(layer.picture.limit, isExact(layer.picture));
      get("cells").textContent = cellsText(layer);
    }
  }

  function choose(index) {
    location.hash = `layer-${layers[index].number}`;
  }

  /** Shows the layer that the address names, or the first. */
  function follow() {
    const wanted = Number(location.hash.replace("#layer-", ""));
    chosen = Math.max(0, layers.findIndex((layer) => location.hash && layer.number === wanted));
    drawLayer();
  }

  function draw() {
    document.querySelectorAll("#variance .chart").forEach(overview);
    drawLayer();
  }

  function begin() {
    document.querySelectorAll(".drawn").forEach((section) => (section.hidden = false));
    d3.select("#choice")
      .on("change", (event) => choose(Number(event.target.value)))
      .selectAll("option")
      .data(layers)
      .join("option")
      .attr("value", (layer, index) => index)
      .text(named);
    get("previous").addEventListener("click", () => choose(chosen - 1));
    get("next").addEventListener("click", () => choose(chosen + 1));
    document.querySelectorAll("#layers tbody tr").forEach((row, index) => {
      const link = document.createElement("a");
      link.href = `#layer-${layers[index].number}`;
      link.append(...row.children[1].childNodes);
      link.addEventListener("click", () => get("layer").scrollIntoView());
      row.children[1].append(link);
    });
    const undrawn = layers.filter((layer) => !isDrawable(layer.input) || !isDrawable(layer.output));
    get("undrawn").hidden = undrawn.length === 0;
    get("undrawn").textContent =
      "A variance of 0, or of fewer than two neurons, has no place on a log scale: " +
      `see the table for ${undrawn.slice(0, 8).map(named).join(", ")}${undrawn.length > 8 ? " and others" : ""}.`;
    addEventListener("hashchange", follow);
    addEventListener("resize", draw);
    addEventListener("beforeprint", draw);
    addEventListener("afterprint", draw);
    document.querySelectorAll("#variance .chart").forEach(overview);
    follow();
  }

  begin();
}
