# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and validate the variables of a role or playbook for one host."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ansible.module_utils.common import validation

from ...module_utils._core.closest_name import closest_name, closest_option, did_you_mean, without_value
from .causes import Problem
from .evaluation import (
    OMITTED,
    EvaluationError,
    Evaluator,
    place_of,
)
from .lists import as_list, is_blank
from .near_names import NearNames, is_used, text_names

Spec = Mapping[str, Any]

# A name that is at least this similar to a variable is a misspelling of it.
_SIMILAR = 0.75
# A name that is less similar to a variable belongs to the user.
_SUSPECTED = 0.6
# The same for one word of a name: shared_files is not a misspelling of removed_files.
_SIMILAR_WORD = 0.5

_SCALARS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "bool": ("true or false", validation.check_type_bool),
    "int": ("a whole number", validation.check_type_int),
    "float": ("a number", validation.check_type_float),
}
_RULES: dict[str, Callable[[Any, Any], Any]] = {
    "mutually_exclusive": validation.check_mutually_exclusive,
    "required_together": validation.check_required_together,
    "required_one_of": validation.check_required_one_of,
    "required_by": validation.check_required_by,
    "required_if": validation.check_required_if,
}


@dataclass(frozen=True)
class Unknown:
    """A variable that the role does not have, with its prefix or with a similar name."""

    name: str
    closest: str
    is_misspelt: bool  # an error, because the name is very similar to a variable of the role
    is_suspected: bool = False  # a warning, because the name is similar to one and may belong to the user
    place: str = ""
    option: str = ""  # the closest variable, without the prefix
    text: str = ""  # says more than which variable is the closest

    @property
    def problem(self) -> Problem:
        advice = without_value(self.name).advice
        text = self.text or f"{self.shown} is not a variable of this collection; did you mean {self.closest}?{advice}"
        return Problem(text, self.place, option=self.option)

    @property
    def shown(self) -> str:
        """Return the name as messages may show it."""
        return without_value(self.name).shown


@dataclass
class Read:
    """The variables of one host. `values` has names without the prefix, of variables that are set and not blank.

    `problems` contains misspelt variables. `unknown` has the other variables that the role does not have.
    """

    host: str
    values: dict[str, Any] = field(default_factory=dict, repr=False)  # may contain secrets
    names: dict[str, str] = field(default_factory=dict)  # of the variables that have the values
    problems: list[Problem] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    @property
    def suspected(self) -> list[Problem]:
        """Return a problem for each variable that may be misspelt. It becomes a warning, not an error."""
        return [unknown.problem for unknown in self.unknown if unknown.is_suspected]


@dataclass(frozen=True)
class Variables:
    """The variables of a role or playbook.

    `options`: the specification of each, by its name without the prefix. `instead`: variables to use if one of these
    is not set or blank. `others`: prefixes of names that belong to other roles. `confused`: variables by the names
    that users may take for theirs, such as those of the module's options, without the prefix. `keys`: names that are
    no variables but belong elsewhere, without the prefix, each with a text for users.
    """

    prefix: str
    options: Mapping[str, Spec]
    instead: Mapping[str, Sequence[str]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    confused: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Return the full name of each variable, by its name without the prefix."""
        return {option: f"{self.prefix}{option}" for option in self.options}

    def read(self, host: str, variables: Mapping[str, Any], evaluator: Evaluator) -> Read:
        """Evaluate and validate the variables of one host. A variable with a problem has no value, or a part of it."""
        evaluator.use(variables)
        unknown = self.unknown(variables, evaluator.extra_variables)
        found = Read(host, unknown=[one for one in unknown if not one.is_misspelt])
        for option, spec in self.options.items():
            before = len(found.problems)
            for name in (f"{self.prefix}{option}", *self.instead.get(option, ())):
                value = self._value(name, spec, variables, evaluator, found)
                if value is not None:
                    found.values[option] = value
                    found.names[option] = name
                # After a problem, another variable would hide it: a task would work on another app, for example.
                if value is not None or len(found.problems) > before:
                    break
            else:
                if spec.get("required"):
                    found.problems.append(Problem(f"{self.prefix}{option} is required"))
            is_extra = name in evaluator.extra_variables
            found.problems[before:] = [
                replace(problem, option=option, is_extra=is_extra) for problem in found.problems[before:]
            ]
        found.problems += [
            replace(one.problem, is_extra=one.name in evaluator.extra_variables) for one in unknown if one.is_misspelt
        ]
        return found

    @cached_property
    def _near(self) -> NearNames:
        return NearNames(self.prefix, self.options, (name for names in self.instead.values() for name in names))

    def unknown(self, variables: Mapping[str, Any], extra: Container[str] = ()) -> list[Unknown]:
        """Return the names that are not variables of the role, each with the closest one.

        These begin with the prefix, or are similar to the name of a variable. `extra`: extra variables, which belong
        to the command. A name with a misspelt prefix is an error there, because it is rarely a variable of the user.
        """
        found = [*self._with_other_prefix(variables, extra)]
        for name in sorted(name for name in text_names(variables) if name.startswith(self.prefix)):
            option = name[len(self.prefix) :]
            if option in self.options or name.startswith(self.others):
                continue
            option = without_value(option).name
            if option in self.keys and not is_used(name, variables):
                text = f"{name}: {self.keys[option]}"
                found.append(Unknown(name, "", is_misspelt=True, place=place_of(variables[name]), text=text))
                continue
            closest = self.confused.get(option) or closest_name(option, self.options, 0.0) or ""
            is_misspelt = option in self.confused or _is_misspelt(option, closest)
            is_suspected = not is_misspelt and _similarity(option, closest) >= _SUSPECTED
            place = place_of(variables[name])
            found.append(Unknown(name, f"{self.prefix}{closest}", is_misspelt, is_suspected, place, closest))
        return found

    def _with_other_prefix(self, variables: Mapping[str, Any], extra: Container[str]) -> Iterator[Unknown]:
        for name in sorted(text_names(variables)):
            if name.startswith(self.prefix):
                continue
            meant = self._near.meant_by(without_value(name).name)
            if meant and not is_used(name, variables):
                # A name with a shortened prefix may belong to another playbook of the same workflow.
                is_misspelt = name in extra and not self._near.is_shortened(name)
                yield Unknown(name, meant, is_misspelt, not is_misspelt, place_of(variables[name]))

    def _value(self, name: str, spec: Spec, variables: Mapping[str, Any], evaluator: Evaluator, found: Read) -> Any:
        """Return the value, or None if it is not set, blank or wrong."""
        raw = variables.get(name)
        if raw is None:
            return None
        try:
            value = evaluator.value(raw, spec)
        except EvaluationError as error:
            found.problems.append(Problem(f"{name}: {error}", place_of(error.__cause__, raw)))
            return None
        if value is OMITTED or is_blank(value):
            return None
        return _checked(value, spec, name, raw, found.problems, quotes=True)


def _similarity(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _is_misspelt(name: str, known: str) -> bool:
    """Return whether a name is a misspelling of a known one. A name with further words may belong to the user."""
    if _similarity(name, known) < _SIMILAR:
        return False
    words, known_words = name.split("_"), known.split("_")
    if len(words) > len(known_words):
        return "".join(words) == "".join(known_words)
    if len(words) < len(known_words):
        return True
    return all(_similarity(*pair) >= _SIMILAR_WORD for pair in zip(words, known_words))


def _checked(value: Any, spec: Spec, what: str, raw: Any, problems: list[Problem], *, quotes: bool = False) -> Any:
    """Return the value in the type of the specification, and add problems.

    `quotes`: whether a text may quote the value. An entry may hold a misplaced secret.
    """
    kind = spec.get("type", "str")
    if kind == "list":
        return _checked_list(value, spec, what, raw, problems)
    if kind == "dict":
        return _checked_dict(value, spec, what, raw, problems)
    expected = ""
    if kind in _SCALARS:
        expected, convert = _SCALARS[kind]
        try:
            value = convert(value)
        except (TypeError, ValueError):
            got = _got(raw, spec) if quotes else ""
            problems.append(Problem(f"{what} must be {expected}{got}", place_of(raw)))
            return None
    elif kind == "str" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    elif kind == "str" and isinstance(value, float):
        # The original text is lost, because YAML reads 1.10 as 1.1 and 1e3 as 1000.0.
        text = f"{what} must be text, but YAML reads it as a decimal number. Put it in quotation marks"
        problems.append(Problem(text, place_of(raw)))
        return None
    elif kind in ("str", "path") and not isinstance(value, str):
        problems.append(Problem(f"{what} must be a text, not {_named(value)}", place_of(raw)))
        return None
    choices = spec.get("choices")
    if choices and value not in choices:
        # The message does not quote the value, which may be a misplaced secret.
        closest = did_you_mean(str(value), [str(choice) for choice in choices])
        text = f"{what} must be one of {', '.join(map(str, choices))}{'.' if closest else ''}{closest}"
        problems.append(Problem(text, place_of(raw)))
        return None
    return value


def _checked_list(value: Any, spec: Spec, what: str, raw: Any, problems: list[Problem]) -> Any:
    try:
        entries = as_list(value)
    except ValueError as error:
        problems.append(Problem(f"{what}: {error}", place_of(raw)))
        return None
    of_entries = {**spec, "type": spec.get("elements", "raw")}
    same_shape = isinstance(raw, (list, tuple)) and len(raw) == len(entries)
    checked = [
        _checked(entry, of_entries, f"{what}, entry {number}", raw[number - 1] if same_shape else raw, problems)
        for number, entry in enumerate(entries, 1)
    ]
    return [entry for entry in checked if entry is not None]


def _checked_dict(value: Any, spec: Spec, what: str, raw: Any, problems: list[Problem]) -> Any:
    if not isinstance(value, Mapping):
        problems.append(Problem(f"{what} must be a dictionary of options, not {_named(value)}", place_of(raw)))
        return None
    options: Mapping[str, Spec] | None = spec.get("options")
    if options is None:
        return dict(value)
    by_name = {alias: option for name, option in options.items() for alias in (name, *option.get("aliases", ()))}
    checked: dict[str, Any] = {}
    for key, item in value.items():
        origin = _of_key(raw, key)
        if key not in by_name:
            name, shown, more = without_value(str(key))
            near = closest_option(name, by_name)
            advice = f"did you mean {near}?" if near else f"allowed are {', '.join(options)}."
            text = f"{what}: {shown} is not an option here; {advice}{more}"
            problems.append(Problem(text, place_of(*origin, raw)))
        elif item is not None:
            found = _checked(item, by_name[key], f"{what}: {key}", origin[-1], problems)
            if found is not None:
                checked[key] = found
    for name, option in options.items():
        if option.get("required") and not {name, *option.get("aliases", ())} & checked.keys() and name not in value:
            problems.append(Problem(f"{what}: {name} is required", place_of(raw)))
    _check_rules(value, spec, what, raw, problems)
    return checked


def _check_rules(value: Mapping[str, Any], spec: Spec, what: str, raw: Any, problems: list[Problem]) -> None:
    given = {key: item for key, item in value.items() if item is not None}
    for rule, check in _RULES.items():
        if not spec.get(rule):
            continue
        try:
            check(spec[rule], given)
        except TypeError as error:
            problems.append(Problem(f"{what}: {error}", place_of(raw)))


def _of_key(raw: Any, key: str) -> tuple[Any, ...]:
    """Return the key and the value of the source, because ansible-core may know their origin."""
    if not isinstance(raw, Mapping) or key not in raw:
        return (raw,)
    return (next(known for known in raw if known == key), raw[key])


def _got(raw: Any, spec: Spec) -> str:
    """Return a quotation of a number or boolean. A text may be a decrypted secret in the wrong variable."""
    return f", got {raw}" if isinstance(raw, (int, float)) and not spec.get("no_log") else ""


def _named(value: Any) -> str:
    kinds = ((bool, "true or false"), ((int, float), "a number"), (str, "a text"), (Mapping, "a dictionary"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a list")
