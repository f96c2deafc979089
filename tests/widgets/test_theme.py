import pytest
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics

from widgets import theme as themes
from widgets.icons import icon
from widgets.theme import INKS, SURFACES, contrast, load


def test_the_contrast_of_black_on_white_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_ink_reads_on_every_surface_also_on_the_selected_row(name: str) -> None:
    theme = load(name)
    for ink in INKS:
        for surface in SURFACES:
            ratio = contrast(getattr(theme, ink), getattr(theme, surface))
            assert ratio >= 4.5, f"{name}: {ink} on {surface} is {ratio:.2f}"
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@pytest.mark.parametrize("name", ["dark", "light"])
def test_gain_and_loss_differ_in_more_than_red_and_green(name: str) -> None:
    """Seen without red-green vision only blue and light remain: they must differ in blue."""
    theme = load(name)
    gain, loss = theme.color("gain"), theme.color("loss")
    assert abs(gain.blue() - loss.blue()) > 60


def test_the_bundled_font_is_used_and_its_figures_are_equally_wide(qapp: object) -> None:
    themes.load_fonts()
    made = themes.font(10)
    assert QFontInfo(made).family() == "Inter"
    metrics = QFontMetrics(made)
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1
    assert made.featureValue(QFont.Tag("tnum")) == 1


def test_an_icon_is_tinted_by_its_token(qapp: object) -> None:
    theme = load("dark")
    picture = icon("approve", theme, "gain").pixmap(32, 32).toImage()
    strongest = max(
        (picture.pixelColor(x, y) for x in range(32) for y in range(32)), key=lambda c: c.alpha()
    )
    assert abs(strongest.green() - theme.color("gain").green()) < 12
