# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's folder below .build, with the project, the logs and all files that Ansible writes."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]


@dataclasses.dataclass(frozen=True)
class Workspace:
    root: pathlib.Path = CHECKOUT / ".build" / "demo"

    @property
    def project(self) -> pathlib.Path:
        return self.root / "project"

    @property
    def signing_files(self) -> pathlib.Path:
        return self.project / "files"

    @property
    def ansible_home(self) -> pathlib.Path:
        return self.root / "ansible"

    def log(self, name: str) -> pathlib.Path:
        return self.root / f"{name}.log"

    def prepare(self) -> None:
        """Create an empty folder for its owner only. Raise FileExistsError if it has other contents."""
        if self.root.exists():
            if any(self.root.iterdir()) and not self.project.is_dir():
                raise FileExistsError(f"{self.root} contains files that are not from the demo. Choose another folder.")
            shutil.rmtree(self.root)
        self.root.mkdir(mode=0o700, parents=True)
        self.ansible_home.mkdir()
        shutil.copytree(HERE / "project", self.project)
        self.signing_files.mkdir(mode=0o700)

    def remove_secrets(self) -> None:
        """Delete the signing files and Ansible's files. Project and logs are kept."""
        shutil.rmtree(self.signing_files, ignore_errors=True)
        shutil.rmtree(self.ansible_home, ignore_errors=True)

    def display_path(self, path: pathlib.Path) -> str:
        """Return a path as you would type it in the checkout."""
        return str(path.relative_to(CHECKOUT) if path.is_relative_to(CHECKOUT) else path)
