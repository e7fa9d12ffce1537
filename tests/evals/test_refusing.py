import eval_runs as runs
import pytest

from evals.refusing import area_under_risk, calibration, expected_calibration_error, risk_coverage, stated

PAIRS = [(0.9, True), (0.8, True), (0.8, False), (0.3, False)]


def test_the_curve_goes_from_the_surest_case_to_all_with_equal_confidences_together():
    points = [(p.threshold, p.coverage, p.risk) for p in risk_coverage(PAIRS)]
    assert points == [(0.9, 0.25, 0.0), (0.8, 0.75, pytest.approx(1 / 3)), (0.3, 1.0, 0.5)]


def test_the_area_is_the_mean_risk_over_coverages():
    assert area_under_risk(risk_coverage(PAIRS)) == pytest.approx(0.5 / 3 + 0.25 * 0.5)
    assert area_under_risk(risk_coverage([(0.9, True), (0.1, True)])) == 0.0
    assert area_under_risk(()) is None


def test_calibration_error_is_the_weighted_distance_of_stated_from_observed():
    assert expected_calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0.0
    assert expected_calibration_error([(1.0, False)]) == 1.0
    assert expected_calibration_error([]) is None
    assert [(b.stated, b.right, b.count) for b in calibration([(0.25, False), (0.95, True)])] == [
        (0.25, 0.0, 1),
        (0.95, 1.0, 1),
    ]


def test_shown_answers_count_as_they_are_and_withheld_ones_only_where_the_label_is_silent():
    def case(case_id, confidence, outcomes, **scores):
        made = runs.result(case_id, **scores)
        reply = made.reply.model_copy(update={"confidences": confidence, "outcomes": outcomes})
        return made.model_copy(update={"reply": reply})

    cases = [
        case("right", (0.9,), ("answer",), evidence_hit=True, completeness=True),
        case("incomplete", (0.8,), ("answer",), evidence_hit=True, completeness=False),
        case("silent", (0.2,), ("handoff",)),
        case("withheld", (0.4,), ("handoff",), outcome=False, evidence_hit=False),
        case("nothing composed", (), ("decline",)),
    ]
    assert stated(cases) == ((0.9, True), (0.8, False), (0.2, False))
