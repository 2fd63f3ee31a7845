"""Opens a page that `lacuna report` or `lacuna inspect --html` wrote in a real browser and checks what a reader relies on.

Needs Chromium (Debian: apt-get install chromium) and the Python package websocket-client:

    python3 -m venv .venv && .venv/bin/pip install websocket-client
    .venv/bin/python Scripts/check_report.py report.html [more.html ...] [--screenshots DIR] [--chromium PATH]

At desktop and phone width, light and dark, it checks that: nothing is fetched; nothing is written to the console; the page
does not scroll sideways; every text has a contrast of at least 4.5 (3 where it is large) to what it stands on; every drawing,
table, field and button has an accessible name as the browser calculates it; headings skip no level; ids are unique and links
within the page lead somewhere; sorting and searching work; it prints on white and nothing is cut off; the file is under 5 MB.
Ends with 1 if a check fails.
"""

import argparse, base64, itertools, json, pathlib, re, shutil, subprocess, sys, tempfile

try:
    import websocket
except ImportError:
    sys.exit("check_report.py needs the Python package websocket-client: pip install websocket-client")

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
LIMIT = 5_000_000

CONTRAST = r"""
(() => {
  const parse = (text) => {
    const parts = text.match(/[\d.]+/g);
    if (!parts || text === "none" || text === "transparent") return [0, 0, 0, 0];
    return [+parts[0], +parts[1], +parts[2], parts.length > 3 ? +parts[3] : 1];
  };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat([1]);
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return layers.reverse().reduce((below, top) => over(top, below), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const found = [];
  let least = 99, texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Map();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE", "TITLE", "DESC"].includes(element.tagName.toUpperCase())) continue;
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element), isDrawn = element instanceof SVGElement;
    const below = ground(element);
    const colour = over(parse(isDrawn ? style.fill : style.color), below);
    const key = colour + "/" + below;
    if (!seen.has(key)) {
      const [a, b] = [light(colour), light(below)];
      seen.set(key, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    }
    const ratio = seen.get(key), size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    least = Math.min(least, ratio);
    texts += 1;
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 60)}`);
    // Small text that cannot be read at all is no text.
    const place = isDrawn ? element.getScreenCTM() : null, scale = isDrawn ? Math.hypot(place.a, place.b) : 1;
    if (size * scale < 9.5) found.push(`${(size * scale).toFixed(1)} px: ${walker.currentNode.data.trim().slice(0, 60)}`);
  }
  return {found: found.slice(0, 10), least, texts};
})()
"""

STRUCTURE = r"""
(() => {
  const problems = [];
  let level = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const next = +heading.tagName[1];
    if (next > level + 1) problems.push(`heading '${heading.textContent}' skips a level`);
    level = next;
  }
  if (document.querySelectorAll("h1").length !== 1) problems.push("there is not one h1");
  const ids = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) problems.push(`two elements have the id '${element.id}'`);
    ids.add(element.id);
  }
  for (const link of document.querySelectorAll("a[href]")) {
    const target = link.getAttribute("href");
    if (!target.startsWith("#") || !ids.has(target.slice(1))) problems.push(`link to '${target}' leads nowhere on this page`);
  }
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"])
    for (const element of document.querySelectorAll(`[${attribute}]`))
      for (const id of element.getAttribute(attribute).split(" ")) if (!ids.has(id)) problems.push(`${attribute} names '${id}', which is not there`);
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption) problems.push("a table has no caption");
    for (const cell of table.querySelectorAll("th")) if (!cell.scope) problems.push("a head of a table has no scope");
  }
  for (const drawing of document.querySelectorAll("svg:not([aria-hidden=true])")) {
    const title = drawing.querySelector("title");
    if (drawing.getAttribute("role") !== "img" || !title || !title.textContent.trim()) problems.push("a drawing has no title or role");
  }
  if (!document.documentElement.lang) problems.push("the page names no language");
  if (!document.querySelector("meta[name=viewport]")) problems.push("the page has no viewport");
  return problems.slice(0, 20);
})()
"""

OVERFLOW = r"""
(() => {
  const room = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > room)
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest(".scroll") && !element.matches(".scroll")) continue;
      const box = element.getBoundingClientRect();
      if (box.right > room + 0.5) found.push(`${element.tagName} ${element.id} ${element.className.baseVal ?? element.className} ends at ${box.right}`);
    }
  return {width: document.documentElement.scrollWidth, room, found: found.slice(0, 5)};
})()
"""

PRINT = r"""
(() => {
  const room = document.documentElement.clientWidth + 0.5, found = [];
  for (const element of document.querySelectorAll("table, figure, pre, ul, p"))
    if (element.getBoundingClientRect().right > room) found.push(`${element.tagName} ${element.id} ends at ${element.getBoundingClientRect().right} of ${room}`);
  const ground = getComputedStyle(document.body).backgroundColor;
  if (ground !== "rgb(255, 255, 255)") found.push(`the page is printed on ${ground}`);
  return found.slice(0, 10);
})()
"""

INTERACTION = r"""
(() => {
  const problems = [];
  for (const table of document.querySelectorAll("table.sortable")) {
    const rows = () => Array.from(table.tBodies[0].rows), first = rows()[0], count = rows().length;
    const heads = table.tHead.querySelectorAll("th button");
    if (!heads.length) { problems.push("a sortable table has no buttons"); continue; }
    const number = (row, column) => parseFloat(row.cells[column].firstChild?.textContent.replace(/[\s\u00a0]/g, ""));
    for (const column of [1, heads.length - 1]) {
      heads[column].click();
      const values = rows().map((row) => number(row, column)).filter((value) => !isNaN(value));
      if (values.some((value, index) => index && value < values[index - 1])) problems.push(`column ${column} of ${table.id} is not sorted`);
      if (heads[column].closest("th").getAttribute("aria-sort") !== "ascending") problems.push("a sorted column does not say so");
    }
    if (rows().length !== count) problems.push("sorting loses rows");
    if (!table.dataset.search) continue;
    const box = document.getElementById(table.dataset.search), input = box.querySelector("input");
    if (box.hidden) { problems.push("the search is hidden"); continue; }
    const name = first.cells[0].textContent.trim();
    const look = (text) => { input.value = text; input.dispatchEvent(new Event("input")); return rows().filter((row) => !row.hidden); };
    if (!look(name).includes(first)) problems.push(`'${name}' is not found`);
    if (look("no such name \u0001").length) problems.push("what is not there is found");
    if (look("").length !== count) problems.push("an empty search does not show all rows");
  }
  return problems;
})()
"""


class Browser:
    def __init__(self, path, folder):
        self.process = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0",
             "--remote-allow-origins=*", f"--user-data-dir={folder}", "about:blank"], stderr=subprocess.PIPE, text=True)
        address = None
        for line in self.process.stderr:
            found = re.search(r"DevTools listening on (ws://\S+)", line)
            if found:
                address = found.group(1)
                break
        if not address:
            sys.exit("check_report.py: Chromium does not start")
        self.socket = websocket.create_connection(address, timeout=120)
        self.numbers = itertools.count(1)
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Network", "Log", "Accessibility"]:
            self.call(domain + ".enable")

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if hasattr(self, "session"):
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer.get("result", {})
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(json.loads(self.socket.recv()))

    def value(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def close(self):
        try:
            self.call("Browser.close")
        except Exception:
            pass
        self.process.wait(timeout=30)


def names_missing(browser):
    """Roles that need a name, and what the browser says that it is."""
    needed = {"image", "img", "table", "searchbox", "textbox", "button", "region", "link", "navigation", "heading", "columnheader", "rowheader"}
    found = []
    for node in browser.call("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if node.get("ignored") or role not in needed:
            continue
        if not (node.get("name", {}).get("value") or "").strip():
            found.append(role)
    return found


def check(browser, page, screenshots):
    failures = []
    size = page.stat().st_size
    if size >= LIMIT:
        failures.append(f"the file has {size} bytes")
    url = page.resolve().as_uri()
    for (kind, (width, height)), scheme in itertools.product(WIDTHS.items(), ["light", "dark"]):
        where = f"{kind}, {scheme}"
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=kind == "phone")
        browser.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.open(url)

        def fail(text):
            failures.append(f"{where}: {text}")

        overflow = browser.value(OVERFLOW)
        if overflow["width"] > overflow["room"]:
            fail(f"the page is {overflow['width']} px wide in {overflow['room']}: {overflow['found']}")
        contrast = browser.value(CONTRAST)
        if contrast["found"]:
            fail(f"contrast or size too low: {contrast['found']}")
        if contrast["texts"] < 10:
            fail("the page has hardly any text")
        for problem in browser.value(STRUCTURE):
            fail(problem)
        for role in names_missing(browser):
            fail(f"a {role} has no accessible name")
        if screenshots:
            picture(browser, screenshots / f"{page.stem}-{kind}-{scheme}.png", width)
        for problem in browser.value(INTERACTION):
            fail(problem)
        for event in browser.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent":
                asked = parameters["request"]["url"]
                if asked != url and not asked.startswith("data:"):
                    fail(f"the page asks for {asked}")
            if method == "Log.entryAdded":
                fail(f"console: {parameters['entry']['text']}")
            if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                fail(f"console: {json.dumps(parameters)[:200]}")
        print(f"  {where}: {contrast['texts']} texts, least contrast {contrast['least']:.2f}, width {overflow['width']} of {overflow['room']}")
    browser.call("Emulation.clearDeviceMetricsOverride")
    browser.call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.open(url)
    # An A4 page between its margins: what is wider would be cut off on paper.
    browser.call("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", media="print", features=[])
    for found in browser.value(PRINT):
        failures.append(f"print: {found}")
    browser.call("Emulation.clearDeviceMetricsOverride")
    browser.call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    pdf = base64.b64decode(browser.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
    if not pdf.startswith(b"%PDF") or len(pdf) < 10_000:
        failures.append("the page does not print")
    if screenshots:
        (screenshots / f"{page.stem}.pdf").write_bytes(pdf)
    return failures


def picture(browser, path, width):
    """The page from top to bottom, in slices that a picture can hold."""
    height = browser.value("document.documentElement.scrollHeight")
    for number, top in enumerate(range(0, min(height, 24_000), 4_000)):
        clip = {"x": 0, "y": top, "width": width, "height": min(4_000, height - top), "scale": 1}
        data = browser.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]
        path.with_stem(f"{path.stem}-{number}").write_bytes(base64.b64decode(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path, help="a folder for pictures and a PDF of each page")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"))
    arguments = parser.parse_args()
    if not arguments.chromium:
        sys.exit("check_report.py needs Chromium: apt-get install chromium, or name it with --chromium PATH")
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(arguments.chromium, folder)
        try:
            for page in arguments.pages:
                print(f"{page}: {page.stat().st_size / 1000:.0f} kB")
                failures = check(browser, page, arguments.screenshots)
                for failure in failures:
                    print(f"  FAILED {failure}")
                failed = failed or bool(failures)
        finally:
            browser.close()
    print("failed" if failed else "all checks passed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
