# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The build queue, and the stored content, icons and packages."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from urllib.parse import quote

from .key_rules import Storage, password_error, record_use
from .model import APP_PLATFORMS, NEEDS_KEY, App, Key, PlatformBuild
from .world import PhoneGapWorld

_SUFFIXES = {"android": "apk", "ios": "ipa", "symbian": "wgz", "webos": "ipk", "winphone": "xap"}


async def queue_builds(
    world: PhoneGapWorld, storage: Storage, app: App, now: float, seconds: float, platforms: Iterable[str] = ()
) -> None:
    """Replace the builds of these platforms, or of all, by new ones that take `seconds`."""
    app.build_count += 1
    for platform in list(platforms) or APP_PLATFORMS:
        old = app.builds.get(platform)
        if old and old.package_key:
            await storage.delete(old.package_key)
        app.builds[platform] = build = PlatformBuild(now, now + seconds, app.build_count)
        key = world.app_key(app, platform)
        if platform not in app.platforms:
            build.skipped = True
        elif key is None:
            build.needs_key = platform in NEEDS_KEY
        elif key.locked(now):
            # A locked key is an error at once.
            build.error, build.finishes_at = f"{platform} signing key is locked", now
        else:
            record_use(key, now)
            build.error = await password_error(key, storage)
            world.put_key(key)
        if not (build.skipped or build.needs_key or build.error):
            build.package_key = package_key(app, platform, key)
            await storage.put(build.package_key, package_bytes(app, platform, key))
    world.put_app(app)


async def delete_stored_files(storage: Storage, app: App) -> None:
    """Delete the content, the icon and the packages of an app from the storage."""
    keys = [app.content_key, app.icon_key, *(build.package_key for build in app.builds.values())]
    for key in keys:
        if key:
            await storage.delete(key)


def package_key(app: App, platform: str, key: Key | None) -> str:
    """Return the storage key of a package. Its last part is the file name that clients see."""
    suffix = _SUFFIXES.get(platform) or ("zip" if key else "jad")
    name = quote("".join(char if char.isalnum() else "_" for char in app.title), safe="")
    kind = "debug" if app.debug else "release"
    return f"phonegap/apps/{app.id}/{app.build_count}/{platform}/{name or 'app'}-{kind}.{suffix}"


def package_bytes(app: App, platform: str, key: Key | None) -> bytes:
    """Return a zip archive that describes the build, the same bytes for the same build."""
    description = {
        "app": app.id,
        "build": app.build_count,
        "content": app.content_sha256 or app.repo,
        "debug": app.debug,
        "key": key.id if key else None,
        "package": app.package or "com.phonegap.www",
        "phonegap_version": app.phonegap_version,
        "platform": platform,
        "title": app.title,
        "version": app.version or "0.0.1",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("package.json"), json.dumps(description, sort_keys=True))
    return buffer.getvalue()


async def store_content(storage: Storage, app: App, name: str, body: bytes) -> None:
    """Store uploaded content and delete the previous content."""
    if app.content_key:
        await storage.delete(app.content_key)
    app.uploads += 1
    app.content_sha256 = hashlib.sha256(body).hexdigest()
    app.content_key = f"phonegap/apps/{app.id}/content/{app.uploads}/{quote(name, safe='')}"
    await storage.put(app.content_key, body)


async def store_icon(storage: Storage, app: App, name: str, body: bytes) -> None:
    """Store an icon and delete the previous one."""
    if app.icon_key:
        await storage.delete(app.icon_key)
    app.icon_name = name
    digest = hashlib.sha256(body).hexdigest()[:16]
    app.icon_key = f"phonegap/apps/{app.id}/icon/{digest}/{quote(name, safe='')}"
    await storage.put(app.icon_key, body)
