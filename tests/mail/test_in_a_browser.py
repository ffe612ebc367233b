"""The mail as Chromium draws it: nothing sideways, no word broken, enough contrast for the dark."""

import shutil

import pytest

from digest.model import EntryPrice

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

BROKEN_WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.checkVisibility()) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
COLOURS = """() => ['.ground', '.card', '.ship', '.button a'].map((name) => {
  const style = getComputedStyle(document.querySelector(name));
  return [style.color, style.backgroundColor];
})"""
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-sandbox",
)


@pytest.fixture(scope="module")
def chromium():
    """Debian's chromium, driven by playwright, reaching no network."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Debian package chromium is not installed: the mail is not drawn")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET])
        yield browser
        browser.close()


@pytest.fixture
def edition(example_issue, render):
    """The longest name leads."""
    pairs = example_issue.comparisons
    # "Freemium" is the longest single word that a tile can hold.
    cards = {
        side: getattr(pairs[2], side).model_copy(update={"entry_price": EntryPrice.FREEMIUM})
        for side in ("a", "b")
    }
    longest = pairs[2].model_copy(update={"position": 1, **cards})
    rest = [pair.model_copy(update={"position": 9}) for pair in pairs if pair is not pairs[2]]
    return render(example_issue.model_copy(update={"comparisons": (longest, *rest)}))


@pytest.mark.parametrize("width", [375, 600])
def test_nothing_goes_sideways_and_no_word_is_broken(chromium, edition, width):
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.set_content(edition.html)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(BROKEN_WORDS) == []
    page.close()


@pytest.mark.parametrize(
    ("scheme", "colours"),
    [
        (
            "light",
            [
                ["rgb(0, 0, 0)", "rgb(251, 250, 247)"],
                ["rgb(0, 0, 0)", "rgb(255, 255, 255)"],
                ["rgb(15, 106, 69)", "rgb(230, 244, 236)"],
                ["rgb(255, 255, 255)", "rgb(31, 79, 216)"],
            ],
        ),
        (
            "dark",
            [
                ["rgb(255, 255, 255)", "rgb(23, 22, 20)"],
                ["rgb(255, 255, 255)", "rgb(32, 31, 28)"],
                ["rgb(127, 214, 168)", "rgb(22, 48, 31)"],
                ["rgb(23, 22, 20)", "rgb(143, 176, 255)"],
            ],
        ),
    ],
)
def test_each_scheme_has_its_colours(chromium, edition, scheme, colours):
    page = chromium.new_page(color_scheme=scheme)
    page.set_content(edition.html)

    assert page.evaluate(COLOURS) == colours
    page.close()


@pytest.mark.parametrize("width", [375, 600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(chromium, edition, width, scheme):
    """WCAG's contrast of 4.5 to 1, computed for each visible text."""
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.set_content(edition.html)

    assert page.evaluate(TOO_FAINT) == []
    page.close()


TOO_FAINT = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push([node.data.trim(), contrast]);
  }
  return faint;
}"""
