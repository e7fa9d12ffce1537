import hashlib
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.policy import ALLOWED_PLACEHOLDERS, PACKS, Thresholds, load_policy, name_rules
from assistant.types import Finding, FindingKind, SafetyKind, Screening
from knowledge.types import Market


def _pack(tmp_path: Path, **changes) -> Path:
    content = yaml.safe_load((PACKS / "us.yaml").read_text())
    content.update(changes)
    (tmp_path / "us.yaml").write_text(yaml.safe_dump(content))
    return tmp_path


@pytest.mark.parametrize("market", list(Market))
def test_every_market_has_a_pack_with_its_own_rules(market):
    pack = load_policy(market)
    assert pack.market is market
    assert pack.rules
    assert all(rule.markets == (market,) and rule.citation for rule in pack.rules)


@pytest.mark.parametrize(("market", "number"), [(Market.US, "911"), (Market.EU, "112"), (Market.UK, "999")])
def test_the_emergency_text_names_the_markets_own_number(market, number):
    assert number in load_policy(market).texts.emergency


def test_only_the_uk_shows_certified_text_alone():
    assert {m for m in Market if load_policy(m).certified_text_only} == {Market.UK}


def test_texts_can_be_filled_with_the_named_placeholders():
    texts = load_policy(Market.US).texts
    assert "S-12" in texts.safety_ack.format_map({"reference": "S-12", "received_at": "now"})
    assert "Dosage" in texts.handoff["not_in_label"].format_map({"looked_in": "Dosage", "product": "", "topic": ""})


def test_the_hash_changes_with_the_file(tmp_path):
    assert load_policy(Market.US, _pack(tmp_path, version="9")).sha256 != load_policy(Market.US).sha256


def test_an_unknown_key_is_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match="colour"):
        load_policy(Market.US, _pack(tmp_path, colour="red"))


def test_a_missing_text_is_refused_by_name(tmp_path):
    texts = yaml.safe_load((PACKS / "us.yaml").read_text())["texts"]
    del texts["handoff"]["comparator"]
    with pytest.raises(SettingsError, match="handoff lacks comparator"):
        load_policy(Market.US, _pack(tmp_path, texts=texts))


def test_an_empty_text_is_refused(tmp_path):
    texts = yaml.safe_load((PACKS / "us.yaml").read_text())["texts"]
    texts["ai_notice"] = " "
    with pytest.raises(SettingsError, match=r"texts\.ai_notice is empty"):
        load_policy(Market.US, _pack(tmp_path, texts=texts))


def test_an_unknown_placeholder_is_refused(tmp_path):
    texts = yaml.safe_load((PACKS / "us.yaml").read_text())["texts"]
    texts["safety_ack"] = "Thanks {patient_name}"
    with pytest.raises(SettingsError, match="patient_name"):
        load_policy(Market.US, _pack(tmp_path, texts=texts))


def test_a_threshold_outside_zero_to_one_is_refused(tmp_path):
    thresholds = yaml.safe_load((PACKS / "us.yaml").read_text())["thresholds"] | {"answer": 1.5}
    with pytest.raises(SettingsError, match=r"thresholds\.answer"):
        load_policy(Market.US, _pack(tmp_path, thresholds=thresholds))


def test_a_pack_of_another_market_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="is for market EU"):
        load_policy(Market.US, _pack(tmp_path, market="EU"))


def test_a_folder_without_the_pack_is_named(tmp_path):
    with pytest.raises(SettingsError, match="no policy pack for market UK"):
        load_policy(Market.UK, tmp_path)


def test_a_file_that_is_not_yaml_is_refused(tmp_path):
    (tmp_path / "us.yaml").write_text("name: [")
    with pytest.raises(SettingsError, match="is not YAML"):
        load_policy(Market.US, tmp_path)


def _rules(change):
    rules = yaml.safe_load((PACKS / "us.yaml").read_text())["rules"]
    change(rules)
    return rules


@pytest.mark.parametrize("market", list(Market))
@pytest.mark.parametrize("kind", list(FindingKind))
def test_every_kind_of_finding_has_its_rule_in_every_market(market, kind):
    rule = load_policy(market).rule_for(kind, "")
    assert rule.citation
    assert rule.reference == f"{rule.id}@{rule.version}"


def test_a_detail_has_a_rule_of_its_own_before_that_of_its_kind():
    pack = load_policy(Market.US)
    assert pack.rule_for(FindingKind.SAFETY_REPORT, SafetyKind.PRODUCT_COMPLAINT).id == "us.quality.complaint"
    assert pack.rule_for(FindingKind.SAFETY_REPORT, SafetyKind.OVERDOSE).id == "us.safety.special_situations"
    assert pack.rule_for(FindingKind.SAFETY_REPORT, SafetyKind.ADVERSE_EVENT).id == "us.safety.reporting"


def test_each_finding_names_its_rule_and_nothing_else_of_it_changes():
    found = Finding(kind=FindingKind.COMPARATOR, start=2, end=5, found_by="us.comparator@1", confidence=0.7)
    named = name_rules(load_policy(Market.UK), Screening(redacted="a message", findings=(found,)))
    assert named.redacted == "a message"
    assert named.findings == (found.model_copy(update={"rule": "uk.comparator@1"}),)


def test_a_kind_without_a_rule_is_refused_by_name(tmp_path):
    rules = _rules(lambda rules: [rule.pop("findings", None) for rule in rules if rule["id"] == "us.comparator"])
    with pytest.raises(SettingsError, match="no rule has comparator"):
        load_policy(Market.US, _pack(tmp_path, rules=rules))


def test_a_kind_with_two_rules_is_refused_by_name(tmp_path):
    rules = _rules(lambda rules: rules[0].update(findings=["comparator"]))
    with pytest.raises(SettingsError, match="comparator stands in 'findings' of two"):
        load_policy(Market.US, _pack(tmp_path, rules=rules))


def test_a_finding_nobody_makes_is_refused_by_name(tmp_path):
    rules = _rules(lambda rules: rules[0].update(findings=["off_label", "mood"]))
    with pytest.raises(SettingsError, match="findings mood: kinds are safety_report"):
        load_policy(Market.US, _pack(tmp_path, rules=rules))


def test_two_rules_of_one_id_are_refused(tmp_path):
    rules = _rules(lambda rules: rules[1].update(id=rules[0]["id"]))
    with pytest.raises(SettingsError, match="stands there twice"):
        load_policy(Market.US, _pack(tmp_path, rules=rules))


def test_a_rule_of_another_market_is_refused(tmp_path):
    rules = _rules(lambda rules: rules[0].update(markets=["EU"]))
    with pytest.raises(SettingsError, match="is not for US"):
        load_policy(Market.US, _pack(tmp_path, rules=rules))


@pytest.mark.parametrize("example", ["allowed", "forbidden"])
def test_a_rule_without_an_example_is_refused(tmp_path, example):
    rules = _rules(lambda rules: rules[0].pop(example))
    with pytest.raises(SettingsError, match=rf"rules\.0\.{example}"):
        load_policy(Market.US, _pack(tmp_path, rules=rules))


def test_a_kind_without_a_rule_in_a_pack_made_by_hand_is_named():
    pack = load_policy(Market.US).model_copy(update={"rules": ()})
    with pytest.raises(SettingsError, match="no rule for misuse"):
        pack.rule_for(FindingKind.MISUSE, "injection")


def test_a_rule_is_found_by_its_id_and_a_missing_one_is_named():
    pack = load_policy(Market.US)
    assert pack.rule("us.records").citation == "21 CFR Part 11"
    with pytest.raises(SettingsError, match=r"no rule 'us\.colour'"):
        pack.rule("us.colour")


def test_the_reference_names_pack_version_and_hash():
    pack = load_policy(Market.US)
    assert pack.reference == f"us@{pack.version}#{pack.sha256[:12]}"


@pytest.mark.parametrize("name", sorted(Thresholds.model_fields))
def test_every_threshold_lies_between_zero_and_one(name):
    sound = load_policy(Market.US).thresholds.model_dump()
    for edge in (0, 1):
        assert getattr(Thresholds(**sound | {name: edge}), name) == edge
    for beyond in (-0.01, 1.01):
        with pytest.raises(ValidationError, match=name):
            Thresholds(**sound | {name: beyond})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("- a list", "should be a mapping"),
        ("", "should be a mapping"),
        ("sha256: abc", "'sha256' is computed from the file"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_and_named(tmp_path, content, says):
    (tmp_path / "us.yaml").write_text(content)
    with pytest.raises(SettingsError, match=says) as refused:
        load_policy(Market.US, tmp_path)
    assert str(tmp_path / "us.yaml") in str(refused.value)


def test_the_first_line_of_what_is_wrong_with_the_yaml_is_told(tmp_path):
    (tmp_path / "us.yaml").write_text("name: [\nversion: {")
    with pytest.raises(SettingsError) as refused:
        load_policy(Market.US, tmp_path)
    assert "\n" not in str(refused.value)
    assert "flow" in str(refused.value)


def test_a_placeholder_left_open_is_refused_by_its_place(tmp_path):
    texts = yaml.safe_load((PACKS / "us.yaml").read_text())["texts"]
    texts["handoff"]["unsure"] = "I looked in {looked_in"
    with pytest.raises(SettingsError, match=r"texts\.handoff\.unsure has an unreadable placeholder"):
        load_policy(Market.US, _pack(tmp_path, texts=texts))


def test_a_text_without_placeholders_and_one_with_all_are_taken(tmp_path):
    texts = yaml.safe_load((PACKS / "us.yaml").read_text())["texts"]
    texts["ai_notice"] = "A machine answers."
    texts["emergency"] = " ".join(f"{{{name}}}" for name in sorted(ALLOWED_PLACEHOLDERS))
    read = load_policy(Market.US, _pack(tmp_path, texts=texts)).texts
    assert (read.ai_notice, read.emergency) == (texts["ai_notice"], texts["emergency"])


@pytest.mark.parametrize(
    ("texts", "reason"), [("handoff", "unsure"), ("decline", "misuse"), ("safety_follow_up", "event")]
)
def test_each_missing_sentence_is_named_with_its_list(tmp_path, texts, reason):
    held = yaml.safe_load((PACKS / "us.yaml").read_text())["texts"]
    del held[texts][reason]
    with pytest.raises(SettingsError, match=rf"texts\.{texts} lacks {reason}\. Write"):
        load_policy(Market.US, _pack(tmp_path, texts=held))


def test_all_that_is_wrong_with_a_pack_is_told_at_once(tmp_path):
    thresholds = yaml.safe_load((PACKS / "us.yaml").read_text())["thresholds"] | {"answer": 2, "comparator": -1}
    with pytest.raises(SettingsError, match=r"thresholds\.answer: .*; thresholds\.comparator: "):
        load_policy(Market.US, _pack(tmp_path, thresholds=thresholds))


def test_a_rule_may_serve_several_markets_ours_among_them(tmp_path):
    rules = _rules(lambda rules: rules[0].update(markets=["EU", "US"]))
    assert load_policy(Market.US, _pack(tmp_path, rules=rules)).rules[0].markets == (Market.EU, Market.US)


def test_the_last_rule_is_checked_like_the_first(tmp_path):
    with pytest.raises(SettingsError, match="is not for US"):
        load_policy(Market.US, _pack(tmp_path, rules=_rules(lambda rules: rules[-1].update(markets=["EU"]))))
    with pytest.raises(SettingsError, match="stands there twice"):
        load_policy(Market.US, _pack(tmp_path, rules=_rules(lambda rules: rules[-1].update(id=rules[-2]["id"]))))


def test_a_finding_with_a_detail_is_of_a_known_kind(tmp_path):
    rules = _rules(lambda rules: rules[0].update(findings=["safety_report:rash", "mood:bad"]))
    with pytest.raises(SettingsError, match="findings mood:bad: kinds are"):
        load_policy(Market.US, _pack(tmp_path, rules=rules))


@pytest.mark.parametrize("kind", list(FindingKind))
def test_an_unknown_detail_falls_to_the_rule_of_its_kind(kind):
    pack = load_policy(Market.US)
    assert pack.rule_for(kind, "never heard of") == pack.rule_for(kind, "")


def test_all_findings_are_named_in_their_order():
    found = [
        Finding(kind=kind, start=0, end=1, found_by="t", confidence=1)
        for kind in (FindingKind.MISUSE, FindingKind.EMERGENCY, FindingKind.MISUSE)
    ]
    named = name_rules(load_policy(Market.US), Screening(redacted="x", findings=tuple(found))).findings
    assert [f.kind for f in named] == [f.kind for f in found]
    assert all(f.rule == load_policy(Market.US).rule_for(f.kind, "").reference for f in named)


def test_the_hash_is_that_of_the_file():
    raw = (PACKS / "uk.yaml").read_bytes()
    assert load_policy(Market.UK).sha256 == hashlib.sha256(raw).hexdigest()
