// Copyright (c) 2026, the mobileops.ci contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Run the main calls of the npm package phonegap-build-api against the emulator. EMULATOR contains its URLs and logins.

'use strict';

const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const util = require('util');

const build = require('phonegap-build-api');

const emulator = JSON.parse(process.env.EMULATOR);
const base = new URL(emulator.phonegap);
const server = { protocol: base.protocol, host: base.hostname, port: base.port, path: base.pathname };
const login = util.promisify(build.auth);

let done = 0;

function step(name) {
    done += 1;
    console.log(`ok ${done} - ${name}`);
}

function promised(api) {
    const call = (method) => util.promisify((where, options, callback) => api[method](where, options, callback));
    return { get: call('get'), post: call('post'), put: call('put'), del: call('del') };
}

async function advance(seconds) {
    const response = await fetch(`${emulator.admin}/clock`, {
        method: 'POST',
        body: JSON.stringify({ advance_s: seconds }),
    });
    assert.strictEqual(response.status, 200);
}

async function main(folder) {
    const file = (name, content) => {
        const place = path.join(folder, name);
        fs.writeFileSync(place, content);
        return place;
    };
    const page = file('index.html', '<p>Hello</p>');
    const icon = file('icon.png', Buffer.from('89504e470d0a1a0a00', 'hex'));
    const keystore = file('release.keystore', 'a keystore');

    const api = promised(await login({ ...emulator.phonegap_logins.owner, ...server }));
    assert.strictEqual((await api.get('/me', {})).email, 'owner@example.com');
    step('log in with address and password');

    await assert.rejects(login({ ...emulator.phonegap_logins.owner, ...server, password: 'wrong' }), /Invalid email/);
    const byToken = promised(await login({ token: emulator.phonegap_tokens.owner, ...server }));
    assert.deepStrictEqual((await byToken.get('/apps', {})).apps, []);
    step('log in with a token');

    const created = await api.post('/apps', {
        form: { data: { title: 'My app', create_method: 'file' }, file: page },
    });
    assert.strictEqual(created.status.android, 'pending');
    assert.strictEqual(created.status.ios, null);
    step('create an app from a file');

    const remote = await api.post('/apps', {
        form: { data: { title: 'Repo', create_method: 'remote_repo', repo: 'https://example.com/a.git' } },
    });
    assert.strictEqual(remote.repo, 'https://example.com/a.git');
    await assert.rejects(
        api.post('/apps', {
            form: { data: { title: 'Repo', create_method: 'remote_repo', repo: 'https://me@example.com/a.git' } },
        }),
        /Private repository URLs not supported/,
    );
    step('create an app from a repository');

    const locked = await api.post('/keys/android', {
        form: { data: { title: 'Release', alias: 'release' }, keystore },
    });
    assert.strictEqual(locked.locked, true);
    const choice = { keys: { android: { id: locked.id } } };
    await assert.rejects(api.put(`/apps/${created.id}`, { form: { data: choice } }), /locked/);
    const unlocked = await api.put(`/keys/android/${locked.id}`, {
        form: { data: { key_pw: 'one', keystore_pw: 'two' } },
    });
    assert.strictEqual(unlocked.locked, false);
    step('upload a key and unlock it');

    const signed = await api.put(`/apps/${created.id}`, { form: { data: { version: '0.2.0', ...choice }, file: page } });
    assert.strictEqual(signed.version, '0.2.0');
    assert.strictEqual(signed.keys.android.id, locked.id);
    assert.strictEqual((await api.post(`/apps/${created.id}/icon`, { form: { icon } })).icon.filename, 'icon.png');
    step('change an app');

    await advance(60);
    const queued = await api.post(`/apps/${created.id}/build`, { form: { data: { platforms: ['android'] } } });
    assert.strictEqual(queued.status.android, 'pending');
    assert.strictEqual(queued.status.webos, 'complete');
    await api.post(`/apps/${created.id}/build/webos`, {});
    await advance(60);
    assert.strictEqual((await api.get(`/apps/${created.id}`, {})).status.android, 'complete');
    step('build');

    const apk = await api.get(`/apps/${created.id}/android`, { encoding: null });
    assert.strictEqual(Buffer.from(apk).subarray(0, 2).toString(), 'PK');
    step('download a package');

    const invited = await api.post(`/apps/${created.id}/collaborators`, {
        form: { data: { email: 'member@example.com', role: 'dev' } },
    });
    const member = invited.collaborators.active.find((one) => one.person === 'member@example.com');
    const changed = await api.put(`/apps/${created.id}/collaborators/${member.id}`, {
        form: { data: { role: 'tester' } },
    });
    assert.strictEqual(changed.role, 'tester');
    const removed = await api.del(`/apps/${created.id}/collaborators/${member.id}`, {});
    assert.match(removed.success, /removed/);
    step('invite, change and remove a collaborator');

    assert.match((await api.del(`/keys/android/${locked.id}`, {})).success, /deleted/);
    for (const app of [created, remote]) {
        assert.match((await api.del(`/apps/${app.id}`, {})).success, /deleted/);
    }
    await assert.rejects(api.get(`/apps/${created.id}`, {}), /not available/);
    step('delete');
    console.log(`1..${done}`);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clients-'));
main(folder)
    .finally(() => fs.rmSync(folder, { recursive: true }))
    .catch((error) => {
        console.error(error);
        process.exitCode = 1;
    });
