"""Layer 4: one file per mistake, and the registry of them all."""

from collections.abc import Mapping

from loopscope.rules import (
    assert_on_coroutine,
    async_fixture_wrong_decorator,
    async_test_never_runs,
    asyncio_mark_on_sync_test,
    blocking_call_in_async_test,
    discarded_task,
    event_loop_fixture_removed,
    ineffective_pytest_config,
    invalid_asyncio_mode,
    invalid_loop_scope,
    invalid_loopscope_setting,
    invalid_mark_arguments,
    invalid_pytest_config,
    loop_scope_mismatch,
    loop_scope_narrower_than_scope,
    mark_on_fixture,
    missing_await,
    nested_event_loop,
    redundant_asyncio_mark,
    sync_test_requests_async_fixture,
    unused_suppression,
)
from loopscope.rules.model import Rule

RULES: tuple[Rule, ...] = (
    assert_on_coroutine.RULE,
    async_fixture_wrong_decorator.RULE,
    async_test_never_runs.RULE,
    asyncio_mark_on_sync_test.RULE,
    blocking_call_in_async_test.RULE,
    discarded_task.RULE,
    event_loop_fixture_removed.RULE,
    ineffective_pytest_config.RULE,
    invalid_asyncio_mode.RULE,
    invalid_loop_scope.RULE,
    invalid_loopscope_setting.RULE,
    invalid_mark_arguments.RULE,
    invalid_pytest_config.RULE,
    loop_scope_mismatch.RULE,
    loop_scope_narrower_than_scope.RULE,
    mark_on_fixture.RULE,
    missing_await.RULE,
    nested_event_loop.RULE,
    redundant_asyncio_mark.RULE,
    sync_test_requests_async_fixture.RULE,
    unused_suppression.RULE,
)
"""All rules, by name."""

by_name: Mapping[str, Rule] = {rule.meta.name: rule for rule in RULES}
"""The rules by their names."""
