"""Completion: what can be written at the cursor, in every place that loopscope has something to say about."""

from collections.abc import Iterable

from loopscope.features.completion_arguments import argument_names, argument_values, text_values
from loopscope.features.completion_fixtures import in_body, in_doctest, in_parameters, in_string
from loopscope.features.completion_members import members
from loopscope.features.completion_mocks import mock_members
from loopscope.features.completion_names import argnames, indirect_names, plugin_modules
from loopscope.features.cursor import Place
from loopscope.features.hover import fixture_card
from loopscope.features.marks import mark_names
from loopscope.features.member_card import member_card
from loopscope.features.proposal import Completion
from loopscope.features.requested import requests_by_name
from loopscope.features.site import Site
from loopscope.features.snippets import snippets
from loopscope.features.written import behind_dot


def completions(site: Site, *, asked: bool = True) -> tuple[Completion, ...]:
    """What can be written at the cursor, best first; empty where loopscope has nothing to say.

    `asked` unless the editor came by itself, because a character was typed that triggers it.
    """
    return tuple(sorted(_found(site, asked=asked), key=_rank))


def documentation(site: Site, completion: Completion) -> str:
    """What an editor shows beside a proposal, as Markdown; empty for nothing."""
    if completion.member is not None:
        return member_card(site.snapshot, completion.member, completion.holder)
    if completion.fixture is None:
        return completion.documentation
    return fixture_card(site.snapshot, site.view, (completion.fixture,))


def _found(site: Site, *, asked: bool) -> Iterable[Completion]:
    cursor = site.cursor
    match cursor.place:
        case Place.COMMENT:
            return ()
        case Place.DOCTEST:
            return in_doctest(site)
        case Place.STRING if cursor.call is None:
            return plugin_modules(site)
        case Place.STRING:
            return (*(tuple(indirect_names(site)) or _requested(site)), *argnames(site), *text_values(site))
        case Place.PARAMETER if cursor.signature is not None:
            return in_parameters(site, cursor.signature)
        case _ if cursor.dotted or behind_dot(site):
            return tuple(mark_names(site)) or tuple(mock_members(site)) or members(site)
        case Place.ARGUMENT:
            return (*argument_names(site), *in_body(site, asked=asked))
        case Place.VALUE:
            return (*argument_values(site), *in_body(site, asked=asked))
        case _:
            return (*in_body(site, asked=asked), *snippets(site))


def _requested(site: Site) -> Iterable[Completion]:
    return in_string(site) if requests_by_name(site) else ()


def _rank(completion: Completion) -> str:
    return completion.rank
