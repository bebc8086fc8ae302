"""An answer is in its style or not, and every mistake in a style file is told at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.stack_file import ROOT
from scripts.language import language_of
from scripts.style import WrongStyle, complaints, file_of, parse, purpose, read, refuses, stands

CORA = {
    "language": "en",
    "persona": {"name": "Cora", "never": ["ChatGPT"]},
    "required": [["parcel", "order"]],
    "forbidden": ["As an AI language model"],
    "words": {"at_least": 3, "at_most": 20},
    "refusal": ["can't help with that"],
    "json": {"answer": "text", "confidence": "number"},
}
STYLE = parse(CORA, "chat.style.yaml")
GOOD = "Your parcel arrives tomorrow."


def said(text, wanted="answer", required=()):
    return list(complaints(STYLE, text, wanted, required))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (GOOD, "answer"),
        ("The order\nis on its way.", "answer"),
        ("I am Cora, and I look after your order.", "introduction"),
        ("I'm sorry, I can\u2019t help with that.", "refusal"),
        ('{"answer": "tomorrow", "confidence": 1}', "json"),
    ],
)
def test_an_answer_in_its_style_is_not_complained_of(text, wanted):
    assert said(text, wanted) == []


@pytest.mark.parametrize(
    ("text", "wanted", "complaint"),
    [
        (" \n", "answer", "says nothing"),
        ("Ihre Bestellung ist nicht da und wir sind auf dem Weg.", "answer", "is in de, not in en"),
        (f"As an AI  language model: {GOOD}", "answer", "says 'As an AI language model'"),
        (f"I am chatgpt. {GOOD}", "answer", "says 'ChatGPT'"),
        (f"parcel {'very ' * 20}", "answer", "has 21 words, at most 20 are wanted"),
        ("parcel", "answer", "has 1 words, at least 3 are wanted"),
        ("It arrives tomorrow.", "answer", "has none of 'parcel', 'order'"),
        ("Your parcels arrive.", "answer", "has none of 'parcel', 'order'"),
        ("I look after your order.", "introduction", "does not say that it is Cora"),
        ("I can't help with that order.", "answer", "refuses what it is there for"),
        (GOOD, "refusal", 'does not refuse: it has none of "can\'t help with that"'),
        ("I can't help with that, says ChatGPT.", "refusal", "says 'ChatGPT'"),
        ("[1]", "json", "is JSON, but no object: list"),
        ('{"answer": "tomorrow"}', "json", "has no 'confidence' in its JSON"),
        ('{"answer": 1, "confidence": 1}', "json", "has in 'answer' of its JSON no text"),
        ('{"answer": "", "confidence": true}', "json", "has in 'confidence' of its JSON no number"),
    ],
)
def test_what_is_not_in_the_style_is_named(text, wanted, complaint):
    assert complaint in said(text, wanted)


def test_broken_json_is_told_with_its_place():
    (complaint,) = said('{"answer": "tomor', "json")
    assert complaint.startswith("is not JSON: Unterminated string")


def test_a_question_may_want_more_than_the_style():
    assert said(GOOD, required=["tomorrow"]) == []
    assert said(GOOD, required=["today"]) == ["has none of 'today'"]


def test_a_style_that_says_nothing_complains_of_silence_alone():
    style = parse(None, "chat.style.yaml")
    assert list(complaints(style, "Ja, und?")) == []
    assert list(complaints(style, "")) == ["says nothing"]
    assert not refuses(style, "I can't help with that.")


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_a_phrase_between_blanks_is_found_in_any_text(phrase, before, after):
    assert stands(phrase.strip(), f"{before} {phrase} {after}")


def test_every_mistake_in_a_style_file_is_told_at_once(tmp_path):
    file = tmp_path / "chat.style.yaml"
    file.write_text(
        "langauge: en\nwords: {at_least: 9, at_most: 3}\n"
        "json: {answer: prose}\nquestions: [{ask: ''}]\n"
    )
    with pytest.raises(WrongStyle) as wrong:
        read(file)
    lines = str(wrong.value).splitlines()
    assert lines[0] == "chat.style.yaml is wrong:"
    assert "  langauge: no such setting; check its spelling" in lines
    assert "  words: at_least 9 is more than at_most 3" in lines
    assert any(line.startswith("  json.answer: Input should be 'text'") for line in lines)
    assert any(line.startswith("  questions.0.ask: ") for line in lines)


@pytest.mark.parametrize(
    ("wanted", "setting"),
    [("introduction", "persona"), ("refusal", "refusal"), ("json", "json")],
)
def test_a_question_that_could_never_be_met_is_a_mistake(wanted, setting):
    with pytest.raises(WrongStyle, match=f"a question wants {wanted}: say {setting}"):
        parse({"questions": [{"ask": "Who?", "wanted": wanted}]}, "chat.style.yaml")


@pytest.mark.parametrize("file", sorted((ROOT / "prompts").glob("*.style.yaml")))
def test_our_own_styles_are_whole_and_ask_something(file):
    assert read(file).questions


def test_a_file_that_is_no_yaml_is_told_without_a_traceback(tmp_path):
    file = tmp_path / "chat.style.yaml"
    file.write_text("language: [en\n")
    with pytest.raises(WrongStyle, match=r"chat\.style\.yaml: .*Fix: see docs/smoke\.md"):
        read(file)


def test_a_deployment_has_its_own_style_or_that_of_its_purpose(tmp_path):
    folder = tmp_path / "prompts"
    folder.mkdir()
    shared, own = folder / "chat.style.yaml", folder / "chat-v4.style.yaml"
    shared.touch()
    own.touch()
    assert file_of("chat-v3", tmp_path) == shared
    assert file_of("chat-v4", tmp_path) == own
    assert file_of("embed-v1", tmp_path) is None
    assert purpose("chat-reserved") == "chat"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("cs", "Vaše objednávka je na cestě a bude u vás zítra, pokud to není svátek."),
        ("de", "Ihre Bestellung ist auf dem Weg und wird morgen bei Ihnen sein."),
        ("en", "Your order is on its way and will be with you tomorrow."),
        ("es", "Su pedido está en camino y llegará mañana si no es un día de fiesta."),
        ("fi", "Tilauksesi on matkalla ja se saapuu huomenna, jos se ei ole pyhäpäivä."),
        ("fr", "Votre commande est en route et elle sera chez vous demain."),
        ("hu", "A rendelés már úton van, és holnap megérkezik, ha az nem ünnepnap."),
        ("it", "Il suo ordine è in viaggio e domani sarà da lei, se non è festa."),
        ("nl", "Uw bestelling is onderweg en wordt morgen bij u bezorgd."),
        ("pl", "Twoje zamówienie jest w drodze i jutro będzie u ciebie, jeśli to nie święto."),
        ("pt", "O seu pedido está a caminho e amanhã já não vai estar em nossas mãos."),
        ("ro", "Comanda dumneavoastră este pe drum și va ajunge la noi mâine, dacă nu este."),
        ("sv", "Din beställning är på väg och kommer att vara hos dig i morgon om inget händer."),
        ("tr", "Siparişiniz yolda ve size bu hafta gelecek, eğer bir tatil değil ise."),
        ("ru", "Ваш заказ уже в пути."),
        ("uk", "Ваше замовлення вже в дорозі, її доставлять завтра."),
        ("el", "Σήμερα φτάνει δέμα."),
        ("zh", "您的订单正在路上。"),
        ("ja", "ご注文の品は配送中です。"),
        ("ko", "주문하신 상품이 배송 중입니다."),
        ("ar", "طلبك في الطريق."),
    ],
)
def test_a_language_is_known_by_its_script_or_its_commonest_words(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "4711", "Paris", "Cora Contoso Lisbon Fabrikam Northwind Tailspin Wingtip"]
)
def test_of_too_little_nothing_is_said(text):
    assert language_of(text) is None


@given(st.text())
def test_any_text_has_a_language_or_none(text):
    language_of(text)
