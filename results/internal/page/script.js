// Sorting, filtering and links to single cells. Without it the page says the same.
"use strict";
(() => {
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // An element that is wider than its frame gets a shadow at each side on which something is hidden.
  const cues = (frame) => {
    const inner = frame.querySelector(".scroll");
    const cue = make("p", { className: "cue", hidden: true, textContent: "Scroll sideways to see the rest. ⇢" });
    frame.after(cue);
    const update = () => {
      const rest = inner.scrollWidth - inner.clientWidth;
      frame.classList.toggle("more-left", rest > 1 && inner.scrollLeft > 1);
      frame.classList.toggle("more-right", rest > 1 && inner.scrollLeft < rest - 1);
      cue.hidden = rest <= 1;
    };
    inner.addEventListener("scroll", update, { passive: true });
    new ResizeObserver(update).observe(inner);
    if (inner.firstElementChild) new ResizeObserver(update).observe(inner.firstElementChild);
    update();
  };

  // The key columns stay in sight, from the left, as long as they leave half of the frame free.
  const fixKeys = (frame, table) => {
    const heads = [...table.tHead.rows[0].cells].filter((h) => h.classList.contains("key"));
    const room = frame.querySelector(".scroll").clientWidth / 2;
    let left = 0, fits = true;
    heads.forEach((head, column) => {
      const width = head.getBoundingClientRect().width;
      fits = fits && left + width <= room;
      for (const row of table.rows) {
        const cell = row.cells[column];
        cell.classList.toggle("fixed", fits);
        cell.classList.toggle("loose", !fits);
        cell.style.setProperty("--left", left + "px");
      }
      if (fits) left += width;
    });
    frame.style.setProperty("--fixed", left + "px");
  };

  const enhance = (block) => {
    const frame = block.querySelector(".wide");
    const table = block.querySelector("table");
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...body.rows];
    const text = (row, column) => row.cells[column].textContent;
    const order = (row, column) => {
      const value = row.cells[column].dataset.order;
      return value === undefined ? 0 : value === "" ? NaN : Number(value);
    };
    let sorted = -1, direction = 1;

    // Filters: a menu for each column of words that repeat.
    const tools = make("div", { className: "tools" });
    const menus = new Map();
    const count = make("output");
    heads.forEach((head, column) => {
      if (head.classList.contains("num") || head.classList.contains("free")) return;
      const texts = [...new Map(rows.map((row) => [text(row, column), order(row, column)]))];
      if (texts.length < 2 || texts.length > 60 || texts.length === rows.length) return;
      texts.sort((a, b) => a[1] - b[1]);
      const menu = make("select", {}, make("option", { value: "", textContent: "all" }),
        ...texts.map(([t]) => make("option", { value: t, textContent: t })));
      menu.addEventListener("change", show);
      menus.set(column, menu);
      tools.append(make("label", {}, head.textContent, menu));
    });
    const reset = make("button", { type: "button", textContent: "Show all" });
    reset.addEventListener("click", () => {
      for (const menu of menus.values()) menu.value = "";
      sorted = -1;
      arrange();
    });
    tools.append(reset, count);
    if (rows.length > 1 && menus.size > 0) frame.before(tools);

    function show() {
      let shown = 0;
      for (const row of rows) {
        row.hidden = [...menus].some(([column, menu]) => menu.value !== "" && menu.value !== text(row, column));
        shown += row.hidden ? 0 : 1;
      }
      const all = shown === rows.length;
      reset.hidden = all && sorted < 0;
      count.textContent = all ? rows.length + " rows" : shown + " of " + rows.length + " rows";
      // A repeated key is hidden only below the row that shows it.
      table.classList.toggle("rearranged", !all || sorted >= 0);
    }

    function arrange() {
      heads.forEach((head, column) => {
        if (column !== sorted) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      });
      const arranged = [...rows];
      if (sorted >= 0) {
        arranged.sort((a, b) => {
          const x = order(a, sorted), y = order(b, sorted);
          if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
          if (x !== y) return direction * (x < y ? -1 : 1);
          const s = text(a, sorted), t = text(b, sorted);
          return s === t ? 0 : direction * (s < t ? -1 : 1);
        });
      }
      body.append(...arranged);
      show();
    }

    heads.forEach((head, column) => {
      const button = make("button", { type: "button", textContent: head.textContent, title: "Sort by this column" });
      button.addEventListener("click", () => {
        if (sorted !== column) [sorted, direction] = [column, 1];
        else if (direction > 0) direction = -1;
        else sorted = -1;
        arrange();
      });
      head.replaceChildren(button);
    });

    // The address of a cell is that of its row, a colon and the column.
    body.addEventListener("click", (event) => {
      const cell = event.target.closest("td");
      if (!cell || !getSelection().isCollapsed) return;
      history.replaceState(null, "", "#" + cell.parentElement.id + ":" + heads[cell.cellIndex].dataset.anchor);
      follow(false);
    });

    table.classList.add("scripted");
    const fit = () => fixKeys(frame, table);
    new ResizeObserver(fit).observe(frame);
    fit();
    show();
  };

  // Marks the row or cell that the address names.
  const follow = (scroll) => {
    for (const marked of document.querySelectorAll(".here")) marked.classList.remove("here");
    const name = decodeURIComponent(location.hash.slice(1));
    const colon = name.lastIndexOf(":");
    const row = document.getElementById(colon < 0 ? name : name.slice(0, colon));
    if (!row) return;
    for (let d = row.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (row.tagName !== "TR") return;
    let marked = row;
    if (colon >= 0) {
      const heads = [...row.closest("table").tHead.rows[0].cells];
      const column = heads.findIndex((h) => h.dataset.anchor === name.slice(colon + 1));
      if (column >= 0) marked = row.cells[column];
    }
    marked.classList.add("here");
    if (scroll) marked.scrollIntoView({ block: "center", inline: "center" });
  };

  document.querySelectorAll(".table").forEach(enhance);
  document.querySelectorAll(".wide").forEach(cues);
  addEventListener("hashchange", () => follow(true));
  follow(true);
})();
