"""Two questions agree or they do not; what changes an answer keeps them apart. The medicine "it" is invented."""

import pytest

from assistant.understanding.agreement import agrees

RENAL = "How should the dosage of it be adjusted in renal impairment?"


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("dose adjustment in kidney disease?", RENAL),
        ("How do I adjust the dose in patients with renal insufficiency", RENAL),
        ("dose change in CKD", RENAL),
        ("can the tablet be broken", "May patients split the tablets?"),
        ("lactose-free tablets?", "Are the tablets lactose free?"),
        ("any interaction between it and zarvolin", "Does it interact with zarvolin?"),
        ("interaction with OCPs", "Does it affect oral contraceptives?"),
        ("effects of it on zarvolin", "Does it affect zarvolin?"),
        ("Is it ok to drink wine while taking it", "Can patients drink alcohol during treatment?"),
    ],
)
def test_a_paraphrase_agrees(asked, question):
    assert agrees(asked, question)


@pytest.mark.parametrize(
    ("why", "asked", "question"),
    [
        ("population", "How should the dosage of it be adjusted in hepatic impairment?", RENAL),
        ("population added", "How should the dosage be adjusted in renal impairment in elderly patients?", RENAL),
        ("population removed", "How should the dosage be adjusted?", RENAL),
        ("kind of patient within a population", "Can adolescents take it?", "Can infants take it?"),
        ("degree", "How should the dosage be adjusted in severe renal impairment?", RENAL),
        ("degree: failure", "How should the dosage be adjusted in kidney failure?", RENAL),
        ("dialysis", "How should the dosage be adjusted on dialysis?", RENAL),
        ("Child-Pugh class", "dose in Child-Pugh A", "dose in Child-Pugh C"),
        ("number added", "How should the dosage be adjusted in renal impairment, CrCl 22?", RENAL),
        ("number changed", "Can it be stored at 30 C?", "Can it be stored at 25 C?"),
        ("unit changed", "A dose missed by 12 days?", "A dose missed by 12 hours?"),
        ("negation", "Can the tablets not be crushed?", "Can the tablets be crushed?"),
        ("contracted negation", "Why shouldn't the tablets be crushed?", "Why should the tablets be crushed?"),
        ("with and without", "Can it be taken without zarvolin?", "Can it be taken with zarvolin?"),
        ("medicine changed", "Does it interact with ombrelol?", "Does it interact with zarvolin?"),
        ("medicine added", "Does it interact with zarvolin and ombrelol?", "Does it interact with zarvolin?"),
        ("medicine removed", "Does it interact?", "Does it interact with zarvolin?"),
        ("direction turned", "Does zarvolin affect it?", "Does it affect zarvolin?"),
        ("direction turned, noun", "effect of zarvolin on it", "Does it affect zarvolin?"),
        ("direction turned, passive", "Is it affected by zarvolin?", "Does it affect zarvolin?"),
        ("induction, maintenance", "What is the maintenance dose?", "What is the induction dose?"),
        ("highest, lowest", "What is the maximum dose?", "What is the minimum dose?"),
        ("before, after", "Can vaccines be given after treatment?", "Can vaccines be given before treatment?"),
        ("how long, how often", "How long should ALT be monitored?", "How often should ALT be monitored?"),
        ("why", "Why can tablets be crushed?", "Can tablets be crushed?"),
        ("nothing but small words", "What is it taken for?", "How is it taken?"),
        ("form", "Can the capsules be crushed?", "Can the tablets be crushed?"),
        ("increase, decrease", "Does it increase zarvolin levels?", "Does it decrease zarvolin levels?"),
        ("shorthand is not another's", "Does it prolong the PR interval?", "Does it prolong the QT interval?"),
    ],
)
def test_what_changes_the_answer_keeps_questions_apart(why, asked, question):
    assert not agrees(asked, question), why
    assert agrees(question, question)


def test_words_of_another_phrasing_of_the_same_question_are_known():
    phrasings = ("Can the tablets be crushed or split?", "Can the tablets be crushed?")
    assert not agrees("Can the tablets be crushed or split?", "Can the tablets be crushed?")
    assert agrees("Can the tablets be crushed or split?", "Can the tablets be crushed?", phrasings)


def test_every_question_agrees_with_itself_whatever_it_holds():
    for text in ("", "?", "it", "What?", "12 mg", "Don't", "a-b-c", "µg per 24 h"):
        assert agrees(text, text)
