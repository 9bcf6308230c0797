// What a TypeScript program sees of the settings, as JSON.
import { load } from "./config.js";

declare const process: { env: Record<string, string | undefined> };

const config = load(process.env);
console.log(
  JSON.stringify({
    name: config.site.name,
    url: config.api.url,
    port: config.db.port,
    hosts: config.site.hosts,
    checkout: config.features["checkout"],
    upload_bytes: String(config.limits.upload_bytes),
    rate: config.limits.rate,
    motd: config.site.motd,
  }),
);
