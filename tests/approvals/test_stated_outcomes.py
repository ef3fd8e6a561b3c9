"""Each race that the guide states an outcome for has tests, which are named here: who adds a line to one of the two is
asked for the other."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent
GUIDE: Final = Path("docs/guides/approvals.md")
HEADING: Final = "## What each race comes to"

# By the race, as the guide calls it: the modules, and in them the tests (those of a class as `Class.test`).
RACES: Final[dict[str, dict[str, list[str]]]] = {
    "a decision, and an edit": {
        "test_races": [
            "test_an_edit_before_the_approval_refuses_it",
            "test_an_edit_after_the_approval_undoes_it",
            "test_back_to_the_words_that_were_approved_is_approved_only_by_looking_again",
        ],
        "test_side_by_side": ["test_an_edit_and_an_approval_leave_the_new_words_unapproved"],
    },
    "an approval with edits, and an edit": {
        "test_races": [
            "test_an_edit_before_an_approval_with_edits_refuses_it",
            "test_an_edit_after_an_approval_with_edits_undoes_what_it_touches",
        ],
        "test_deciding": ["test_an_approval_with_edits_is_one_voice_of_as_many_as_the_step_takes"],
        "test_absences": [
            "test_a_stand_in_who_approves_with_edits_fills_the_seat",
            "test_a_seat_whose_stand_in_has_edited_is_filled",
            "test_whoever_edited_with_their_approval_decides_no_later_step",
        ],
        "test_escalating": [
            "test_who_was_brought_in_approves_with_edits",
            "test_two_who_were_brought_in_edit_one_after_the_other_and_each_looks_at_the_last_words",
            "test_edits_of_two_who_were_brought_in_both_count_where_the_step_looks_at_none_of_them",
            "test_three_edits_in_a_row_leave_everybody_their_seat",
            "test_whom_a_rule_brought_in_has_no_seat_once_somebody_else_has_edited",
        ],
    },
    "two approvals": {
        "test_races": [
            "test_of_two_where_one_is_enough_the_second_finds_it_done",
            "test_an_approval_after_a_rejection_does_not_count",
            "test_whoever_sits_in_both_steps_decides_each_by_itself",
        ],
        "test_deciding": ["test_nobody_counts_twice"],
        "test_side_by_side": [
            "test_of_many_approvers_where_one_is_enough_one_counts",
            "test_where_all_are_needed_each_counts",
        ],
    },
    "a decision after the time ran out": {
        "test_races": [
            "test_held_it_counts_and_waits_for_a_person",
            "test_before_its_hour_it_goes_out_all_the_same",
            "test_published_anyway_it_is_refused",
            "test_publish_anyway_lets_nothing_out_that_was_objected_to_in_time",
            "test_moved_by_a_day_it_counts_for_the_new_hour",
        ],
        "test_time_out": ["test_a_decision_comes_after_the_move_that_nobody_had_noticed"],
    },
    "a reviewer is removed": {
        "test_races": [
            "test_who_was_removed_decides_no_more",
            "test_what_the_removed_said_counts_no_more_in_an_open_step",
            "test_what_they_said_stands_in_a_step_that_was_passed",
            "test_where_all_were_to_approve_those_who_are_left_are_all",
            "test_nobody_left_passes_nothing",
        ],
    },
    "a group is changed while a request waits": {
        "test_groups": [
            "test_who_is_in_a_group_counts_also_for_what_waits",
            "test_what_was_said_counts_while_they_are_in_the_group_or_the_step_was_passed",
        ],
        "test_mail_links": ["test_nor_does_who_was_taken_out_of_the_group"],
    },
    "the policy is changed while a request waits": {
        "test_races": [
            "test_steps_that_ask_the_same_keep_what_they_have_said",
            "test_other_people_for_a_step_are_asked_anew",
            "test_a_decision_under_the_old_version_is_refused",
            "test_without_a_policy_nobody_is_asked_any_more",
        ],
    },
    "a content rule is changed while a request waits": {
        "test_content_rules": [
            "test_a_change_of_rules_asks_the_steps_that_apply_now_and_keeps_what_was_said",
            "test_a_change_of_rules_that_asks_nobody_else_leaves_the_request_as_it_was_asked",
        ],
    },
    "the policy is changed after approval": {
        "test_gate": [
            "test_a_stricter_policy_counts_from_its_commit_on",
            "test_what_was_prepared_ahead_is_held_at_its_hour",
        ],
        "test_content_rules": ["test_a_rule_that_is_made_after_approval_holds_what_hits_it"],
    },
    "a link is used again": {"test_mail_links": ["test_a_link_that_was_used_is_used_up"]},
    "a link is opened after seven days": {"test_mail_links": ["test_a_link_ends_after_seven_days"]},
    "a link, and an edit": {
        "test_mail_links": [
            "test_a_link_for_other_words_decides_nothing",
            "test_an_edit_after_the_answer_undoes_what_it_touches",
        ],
    },
    "a link, and somebody else's decision": {
        "test_mail_links": ["test_what_somebody_else_has_decided_is_decided", "test_a_link_is_for_one_step"],
    },
    "a link of somebody who was removed, lost the role, left the group, or wrote on it since": {
        "test_mail_links": [
            "test_who_was_removed_decides_no_more_by_their_link",
            "test_nor_does_who_lost_the_role",
            "test_nor_does_who_was_taken_out_of_the_group",
            "test_who_has_changed_it_since_does_not_approve_it",
        ],
    },
    "a link, and the time runs out": {"test_mail_links": ["test_after_the_time_ran_out"]},
    "a link that somebody else opens, signed in": {
        "test_mail_links": ["test_signed_in_as_somebody_else_one_is_told_so"]
    },
    "a rule acts, and a decision": {
        "test_escalating": [
            "test_what_is_decided_escalates_no_more",
            "test_who_has_answered_keeps_the_seat_when_it_is_handed_over",
            "test_handed_over_it_is_the_others_alone",
        ],
    },
    "two beats": {
        "test_escalating": ["test_each_rule_acts_once_however_often_beat_wakes", "test_what_a_policy_did_is_final"],
        "test_letters": ["test_two_beats_at_once_send_one", "test_while_another_has_it_nobody_else_sends_it"],
    },
    "a withdrawal, and the hour": {
        "test_gate": ["test_an_edit_between_claim_and_intent_is_impossible_and_a_withdrawal_counts"],
        "test_deciding": ["test_what_is_out_is_neither_decided_nor_submitted"],
    },
    "the file, its alt text, or a name of it that people read is changed in the library": {
        "test_gate": [
            "test_a_file_that_is_another_by_now_does_not_go_out",
            "test_whoever_runs_into_a_file_that_is_another_by_now_has_the_new_version_to_decide",
            "test_a_name_that_people_read_is_part_of_what_was_approved",
        ],
        "test_mail_links": ["test_a_link_for_another_file_leaves_the_new_version_asked_about"],
        "guests/test_signing_off": ["test_one_that_was_changed_below_is_asked_about_anew"],
    },
    "a link whose time is up, that was withdrawn, or that is locked": {
        "guests/test_links": [
            "test_a_link_whose_time_is_up_says_so_and_decides_nothing",
            "test_a_link_that_was_withdrawn_says_so_and_decides_nothing",
            "test_a_link_that_ends_between_the_page_and_the_decision_decides_nothing",
            "TestAPasscode.test_that_is_wrong_too_often_locks_the_link",
        ],
        "guests/test_side_by_side": ["test_a_decision_and_the_withdrawal_of_its_link_take_turns"],
        "guests/test_signing_off": ["test_a_link_that_was_withdrawn_approves_nothing"],
    },
    "a link of another workspace, or a post that is none of the link's": {
        "guests/test_links": [
            "test_a_link_of_another_workspace_reaches_nothing",
            "test_a_post_that_is_none_of_the_links_is_not_decided",
        ],
        "guests/test_signing_off": ["test_posts_that_the_link_is_not_for_are_left_alone"],
    },
    "a link that is used again after everything by it is decided": {
        "guests/test_links": ["test_a_link_is_used_again_after_its_purpose_is_done"],
    },
    "a guest's decision, and an edit": {
        "guests/test_by_link": [
            "test_what_the_guest_saw_is_what_is_approved_and_a_change_is_told_and_shown",
            "test_of_all_that_are_left_the_one_that_was_changed_meanwhile_is_not_approved",
        ],
        "guests/test_signing_off": ["test_one_that_was_changed_keeps_no_other_back"],
    },
    "a link is withdrawn after its guest has approved": {
        "guests/test_links": [
            "test_what_was_said_by_a_withdrawn_link_counts_no_more_in_an_open_step",
            "test_and_stands_in_a_step_that_was_passed",
            "test_where_all_were_to_approve_those_who_are_left_are_all",
        ],
    },
    "two guests at once": {
        "guests/test_links": ["test_of_two_guests_at_once_where_one_is_enough_the_second_is_told"],
        "guests/test_side_by_side": ["test_of_two_guests_where_one_is_enough_one_counts"],
    },
    "a guest is forgotten, and a decision": {
        "guests/test_side_by_side": ["test_a_decision_and_the_forgetting_of_its_guest_take_turns"],
    },
    "a proposed time is taken twice, or after its thread was resolved": {
        "guests/test_by_link": ["TestAnotherTime.test_that_was_settled_is_not_taken_again"],
        "guests/test_side_by_side": ["test_of_two_who_take_a_proposed_time_one_does"],
    },
    "many tries at a passcode at once": {
        "guests/test_side_by_side": ["test_tries_at_a_passcode_at_once_are_each_counted"],
    },
}


def stated() -> list[str]:
    """The races of the guide's table, which is one table."""
    _, _, after = GUIDE.read_text().partition(f"{HEADING}\n\n")
    table = after.partition("\n\n")[0].splitlines()
    return [line.split("|")[1].strip() for line in table[2:]]


def written_in(module: str) -> set[str]:
    found = set()
    for node in ast.parse((HERE / f"{module}.py").read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def test_every_race_of_the_guide_has_tests_and_every_other_is_told_there() -> None:
    assert stated() == list(RACES)


@pytest.mark.parametrize("race", RACES)
def test_the_tests_of_a_race_are_there(race: str) -> None:
    missing = [f"{module}: {name}" for module, names in RACES[race].items() for name in set(names) - written_in(module)]

    assert RACES[race]
    assert missing == []
