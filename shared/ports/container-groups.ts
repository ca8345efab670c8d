/** Container groups, which apps are deployed to. */

export interface GroupReference {
  resourceGroup: string;
  name: string;
}

export interface Group {
  /** `Succeeded`, `Failed`, or anything else while it is in transition. */
  provisioning: string;
  /** `Running`, `Stopped`, `Failed`, …, as Azure says it. */
  state?: string;
  ip?: string;
  fqdn?: string;
  containers: { name: string; image: string; state?: string; detail?: string; restarts: number }[];
  /** The newest last; what a person reads when it will not start. */
  events: string[];
}

export interface ContainerGroups {
  read(group: GroupReference): Promise<Group | undefined>;
  /** Starts a PUT of the whole specification and does not wait for it. */
  put(
    group: GroupReference,
    specification: object,
  ): Promise<{ kind: 'accepted' } | { kind: 'refused'; code: string; message: string }>;
}
