/** A starting world as text: the files of its folder. */
export interface WorldSource {
  /** Folder name, or the file's name for a world given by path. */
  readonly id: string;
  /** Path inside the folder → text: `world.yaml`, `manifests/*.yaml`, `files/<host>/<absolute path>`. */
  readonly files: Readonly<Record<string, string>>;
}
