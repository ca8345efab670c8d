/**
 * What this machine must have besides npm packages, and how it gets it: pure, so that every kind of machine can be tested on any.
 *
 * `containers`: an engine, git, and a static busybox for the base image. `test-tools`: a registry and clients that are not ours, which only
 * the tests need; podman is one of them, also where docker is the engine.
 */
export type Need = 'containers' | 'test-tools';

export interface Machine {
  /** A docker daemon answers. */
  docker: boolean;
  /** Programs on the PATH. */
  programs: ReadonlySet<string>;
  staticBusybox: boolean;
  aptGet: boolean;
  root: boolean;
}

export interface Missing {
  what: string;
  /** Debian and Ubuntu packages that bring it. */
  packages: string[];
}

export class MachineLacks extends Error {
  readonly code = 'MachineLacks';
  readonly missing: Missing[];

  constructor(missing: Missing[], machine: Machine) {
    super(
      `This machine lacks ${missing.map(({ what }) => what).join(', ')}. ${wayOut(
        missing.flatMap(({ packages }) => packages),
        machine,
      )}`,
    );
    this.missing = missing;
  }
}

export function missingOn(machine: Machine, needs: Need[]): Missing[] {
  const engine = needs.includes('containers') && !machine.docker && !machine.programs.has('podman');
  const lacks: [lacking: boolean, missing: Missing][] = [
    [
      engine,
      {
        what: 'a container engine (a docker daemon that answers, or podman)',
        packages: ['podman', 'runc', 'iptables', 'containernetworking-plugins'],
      },
    ],
    [needs.includes('containers') && !machine.programs.has('git'), { what: 'git', packages: ['git'] }],
    [
      needs.includes('containers') && !machine.staticBusybox,
      { what: 'a static busybox (the base of all images)', packages: ['busybox-static'] },
    ],
    [
      needs.includes('test-tools') && !engine && !machine.programs.has('podman'),
      // Without runc, which docker's own packages conflict with: it runs no container, it logs in, pushes and pulls.
      { what: 'podman (a client for the tests)', packages: ['podman'] },
    ],
    [needs.includes('test-tools') && !machine.programs.has('curl'), { what: 'curl', packages: ['curl'] }],
    [needs.includes('test-tools') && !machine.programs.has('skopeo'), { what: 'skopeo', packages: ['skopeo'] }],
    [
      needs.includes('test-tools') && !machine.programs.has('docker-registry'),
      { what: 'docker-registry', packages: ['docker-registry'] },
    ],
  ];
  return lacks.filter(([lacking]) => lacking).map(([, missing]) => missing);
}

function wayOut(packages: string[], machine: Machine): string {
  if (machine.aptGet) {
    const sudo = machine.root ? '' : 'sudo ';
    return `Run: ${sudo}apt-get update && ${sudo}apt-get install -y ${packages.join(' ')}`;
  }
  return `Install them with this system's package manager (on Debian they are the packages ${packages.join(' ')}), then run this again.`;
}
