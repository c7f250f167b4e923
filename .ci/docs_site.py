# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site, built without network. A warning of Sphinx is an error."""

from __future__ import annotations

import re
import shutil
import zlib
from pathlib import Path

from isolated import BUILD, ROOT, run

COLLECTION = "mobileops.ci"
ANSIBLE = "https://docs.ansible.com/ansible/latest/"
# Pages of Ansible that generated pages link to, beside those of plugins.
PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def build() -> str:
    """Build the site in .build/docs."""
    source = BUILD / "docs-source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(mode=0o700)
    start_page = ROOT / "docs" / "docsite" / "index.rst"
    words = ["--use-current", "--lenient", "--title", COLLECTION, "--index-rst-source", str(start_page)]
    run("antsibull-docs", "sphinx-init", *words, "--dest-dir", source, COLLECTION)
    run("antsibull-docs", "collection", "--use-current", "--dest-dir", source / "rst", COLLECTION)
    pages = source / "rst" / "collections"
    images = ROOT / "docs" / "docsite" / "images"
    if images.is_dir():  # antsibull-docs copies the guides without their images
        shutil.copytree(images, pages / "mobileops" / "ci" / "images")
    remove_private_modules(pages)
    write_inventory(source / "rst", source / "ansible.inv")
    settings = source / "conf.py"
    text = settings.read_text(encoding="utf-8")
    mapping = {"ansible": (ANSIBLE, str(source / "ansible.inv"))}
    settings.write_text(f"{text}\nintersphinx_mapping = {mapping!r}\n", encoding="utf-8")
    shutil.rmtree(BUILD / "docs", ignore_errors=True)
    run("sphinx-build", "-W", "--keep-going", "-b", "html", "-c", source, source / "rst", BUILD / "docs")
    return "see .build/docs/index.html"


def remove_private_modules(folder: Path) -> None:
    """Remove the pages of modules that are private to roles and playbooks, and all links to them."""
    names = set()
    for page in folder.rglob("_*_module.rst"):
        names.add(page.stem.removesuffix("_module"))
        page.unlink()
    link = re.compile(
        rf"^ *(?:\* :ansplugin:`.*\b(?:{'|'.join(names)})(?:#| module).*|(?:{'|'.join(names)})_module)\n", re.MULTILINE
    )
    for index in folder.rglob("index*.rst"):
        index.write_text(link.sub("", index.read_text(encoding="utf-8")), encoding="utf-8")


def write_inventory(pages: Path, inventory: Path) -> None:
    """Write the labels of Ansible's documentation as Sphinx reads them, because fetching them needs a network."""
    text = "".join(page.read_text(encoding="utf-8") for page in pages.rglob("*.rst"))
    plugins = set(re.findall(r"\bansible_collections\.ansible\.builtin\.(\w+_[a-z]+)\b", text))
    plugins |= {f"{name}_{kind}" for name, kind in re.findall(r"`ansible\.builtin\.(\w+)#([a-z]+)", text)}
    labels = {
        f"ansible_collections.ansible.builtin.{name}": f"collections/ansible/builtin/{name}.html" for name in plugins
    }
    lines = "".join(f"{label} std:label -1 {page} {label}\n" for label, page in sorted({**PAGES, **labels}.items()))
    head = (
        "# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n"
        "# The remainder of this file is compressed using zlib.\n"
    )
    inventory.write_bytes(head.encode() + zlib.compress(lines.encode()))
