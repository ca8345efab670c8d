/** Images that look around: for a way out of the sandbox, for what the runner has, and for somebody to call. */
import { expect } from 'vitest';
import type { Trick } from '../trick.ts';
import type { World } from '../world.ts';
import { shellImage } from './shells.ts';

/** What the image tries, and how it is told that it may not. */
const burglaries = ({ system, bait, debian }: World): [command: string, denied: string][] => {
  const { ports } = system.local.instance;
  const loopback = (port: number | string): [string, string] => [`nc -w 3 127.0.0.1 ${port}`, 'Connection refused'];
  return [
    ['touch /here', 'Read-only file system'],
    ['touch /gate/here', 'Read-only file system'],
    ['ls /var/run/docker.sock', 'No such file or directory'],
    ['ls /run/podman/podman.sock', 'No such file or directory'],
    ['ls /workspace', 'No such file or directory'],
    ['ls /acb/home', 'No such file or directory'],
    ['ls /root/.docker', 'No such file or directory'],
    ['cat /gate/run-check.sh', 'No such file or directory'],
    ['ls /gate/../acr-task.yaml', 'No such file or directory'],
    // The loopback of this machine, where everything listens: the identity endpoint, the registries, Azure itself, the app.
    ...[ports.identity, ports.quarantineRegistry, ports.baseRegistry, ports.arm, ports.app, bait.port].map(loopback),
    loopback(debian.host.split(':')[1] ?? ''),
    // The identity endpoint of a virtual machine, as in Azure; a public address; a name.
    ['nc -w 3 169.254.169.254 80', 'Network is unreachable'],
    ['nc -w 3 192.0.2.1 443', 'Network is unreachable'],
    ['nc -w 3 localhost.example 80', 'bad address|unreachable'],
    ['mount -t tmpfs none /tmp', 'permission denied|Operation not permitted'],
    ['chown 0:0 /tmp/said', 'Operation not permitted'],
    ['chroot / sh', 'Operation not permitted'],
    ['hostname mine', 'Operation not permitted'],
    ['mknod /tmp/disk b 8 0', 'Operation not permitted'],
    ['ip link add dummy0 type dummy', 'Operation not permitted|not supported'],
    ['dd if=/dev/mem of=/tmp/memory count=1', 'No such file or directory'],
    ['su -c id', 'must be suid|Operation not permitted|unknown user'],
  ];
};

const sandbox: Trick = {
  gate: 'burglar',
  does: 'gives an image that looks for a way out, for what the runner has and for somebody to call nothing at all',
  push: async (world) =>
    world.push(
      'burglar',
      await shellImage([
        'try() {',
        '  if busybox "$@" >/tmp/said 2>&1 </dev/null; then echo "DONE $*"; else echo "DENIED $*: $(busybox tail -n 1 /tmp/said)"; fi',
        '}',
        ...burglaries(world).map(([command]) => `try ${command}`),
        'echo "user $(busybox id -u), interfaces $(echo $(busybox ls /sys/class/net))"',
        'echo "processes $(echo $(busybox ls /proc | busybox grep -c "^[0-9]"))"',
        'echo "capabilities $(echo $(busybox grep -h ^Cap /proc/self/status | busybox cut -f 2 | busybox sort -u))"',
        'echo "privileges $(busybox grep ^NoNewPrivs /proc/self/status | busybox cut -f 2)"',
        'echo "files $(echo $(busybox ls -a /gate))"',
        'echo "environment $(echo $(busybox env | busybox cut -d = -f 1 | busybox sort))"',
        'busybox env; busybox cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline /gate/* | busybox tr "\\0" "\\n"',
        'exit 1',
      ]),
    ),
  async ends(offered, world) {
    await offered.rejected();

    const said = (await offered.log()).filter((line) => line.startsWith('candidate | '));
    const tried = burglaries(world);
    expect(said.slice(0, tried.length)).toEqual(
      tried.map(([command, denied]) =>
        expect.stringMatching(`^candidate \\| DENIED ${escaped(command)}: .*(${denied})`),
      ),
    );
    expect(said.slice(tried.length, tried.length + 6)).toEqual([
      'candidate | user 65534, interfaces lo',
      expect.stringMatching(/^candidate \| processes [1-9]$/),
      'candidate | capabilities 0000000000000000',
      'candidate | privileges 1',
      'candidate | files . .. test.sh',
      expect.stringMatching(/^candidate \| environment (HOME|HOSTNAME|PATH|PWD|SHLVL|TERM|container|[ ])+$/),
    ]);
    expect(world.bait.calls()).toBe(0);
  },
};

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

export const burglars = [sandbox];
