# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Benchmarks of time and memory against other ways to do the same: `make bench`.

Each case is a function in one of the modules `*_cases`. The contestants of a case take turns within one run, against an
emulator in its own process. The result is the median of the rounds. Figures of different runs cannot be compared.
"""
