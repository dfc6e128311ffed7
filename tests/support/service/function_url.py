"""Which tests of the service can go through a Function URL, and why the others cannot.

Knows: tests by their names, as patterns of the shell.
"""

from fnmatch import fnmatchcase

# A Function URL takes a request apart and makes a new one for the function; and it has limits of its own.
NOT_THROUGH_A_FUNCTION_URL = {
    "test_languages.py::test_request_that_cannot_be_read*": "AWS answers broken heads itself",
    "*?9000000-*": "larger than an event may be: AWS answers 413",
    "*-10000000]": "larger than an event may be: AWS answers 413",
    "test_clients.py::test_large_object_is_the_file*": "larger than an event may be: AWS answers 413",
    "test_parts_store.py::test_parts_become*": "a part of 5 MiB is larger than an event may be",
    "test_parts_store.py::test_checksum*": "a part of 5 MiB is larger than an event may be",
    "test_endpoints.py::test_head_is_get_without_a_body*": "HEAD has the length of its own answer, none",
    "test_cors.py::test_any_page_may_read_every_answer*": "broken heads never reach the function",
    "test_broken_heads.py::test_no_software_is_named*": "broken heads never reach the function",
    "test_broken_heads.py::test_broken_head*": "AWS answers broken heads itself",
    "test_expect_continue.py::test_good_head_is_told_to_go_on*": "AWS says 100 itself",
    "test_expect_continue.py::test_bad_head_is_refused_without_100*": "AWS says 100 itself",
    "test_expect_continue.py::test_refused_sender_may_still_send*": "the function hears of whole requests",
    "test_expect_continue.py::test_caller_who_leaves*": "the function hears of whole requests",
    "test_expect_continue.py::test_old_client*": "AWS says 100 itself",
    "test_cors.py::test_asked_headers_may_come_in_lines*": "a header of an event has one line",
    "test_check_endpoint.py::test_file_is_refused_unread*": "the function hears of whole requests only",
    "test_progress.py::test_events_come_while_the_file_does*": "its answer is passed on when it is whole",
    "test_progress.py::test_length_that_nobody_knows_is_null*": "its answer is passed on when it is whole",
    "test_progress.py::test_no_line_comes_before*": "its answer is passed on when it is whole",
    "test_progress.py::test_refusal_before_the_body_has*": "the function hears of whole requests only",
    "test_progress_connection.py::test_older_http*": "the function hears of whole requests only",
    "test_progress_connection.py::test_caller_who_leaves*": "the function hears of whole requests only",
    "test_header_fields.py::test_content_length_is_the_size*": "the function hears of whole requests only",
    "test_header_fields.py::test_the_map_of_go*": "the function hears of whole requests only",
    "test_post_lengths.py::test_known_length*": "the function hears of whole requests only",
    "test_post_lengths.py::test_far_too_long*": "the function hears of whole requests only",
    "test_post_lengths.py::test_never_long_enough*": "the function hears of whole requests only",
    "test_post_lengths.py::test_too_long_while*": "the function hears of whole requests only",
    "test_post_request.py::test_cut_form*": "the function hears of whole requests only",
    "test_posts.py::test_progress*": "its answer is passed on when it is whole",
}


def goes_through_a_function_url(nodeid: str) -> bool:
    """Whether the test with this id can go through a Function URL."""
    return not any(fnmatchcase(nodeid, f"*{pattern}") for pattern in NOT_THROUGH_A_FUNCTION_URL)
