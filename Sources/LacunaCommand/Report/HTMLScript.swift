/// The script of a page: tables of class `sortable` get buttons in their heads, and a search line where they ask for
/// one. Without it, the page lacks nothing but that.
enum HTMLScript {
    static let source = """
        "use strict";
        for (const table of document.querySelectorAll("table.sortable")) {
          const body = table.tBodies[0], rows = Array.from(body.rows);
          const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].firstChild?.textContent ?? "";
          const number = (text) => {
            const plain = text.replace(/[\\s\\u00A0\\u202F%]/g, "");
            return /^[-+]?[\\d.]+(e[-+]?\\d+)?$/i.test(plain) ? Number(plain) : NaN;
          };
          Array.from(table.tHead.rows[table.tHead.rows.length - 1].cells).forEach((head, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...head.childNodes);
            head.append(button);
            button.addEventListener("click", () => {
              const down = head.getAttribute("aria-sort") === "ascending";
              for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
              head.setAttribute("aria-sort", down ? "descending" : "ascending");
              const keyed = rows.map((row, index) => [row, index, value(row, column)])
                .map(([row, index, text]) => [row, index, text, number(text)]);
              const text = column === 0 || keyed.every((entry) => isNaN(entry[3]));
              keyed.sort((a, b) => {
                if (text) return (down ? -1 : 1) * a[2].localeCompare(b[2], "en", {numeric: true}) || a[1] - b[1];
                if (isNaN(a[3]) || isNaN(b[3])) return isNaN(a[3]) - isNaN(b[3]) || a[1] - b[1];
                return (down ? b[3] - a[3] : a[3] - b[3]) || a[1] - b[1];
              });
              body.append(...keyed.map((entry) => entry[0]));
            });
          });
          const search = document.getElementById(table.dataset.search);
          if (!search) continue;
          const input = search.querySelector("input"), count = search.querySelector("output");
          const names = rows.map((row) => row.textContent.toLowerCase());
          search.hidden = false;
          input.addEventListener("input", () => {
            const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
            let shown = 0;
            rows.forEach((row, index) => {
              row.hidden = !words.every((word) => names[index].includes(word));
              if (!row.hidden) shown += 1;
            });
            count.textContent = words.length ? shown + " of " + rows.length : "";
          });
        }
        """
}
