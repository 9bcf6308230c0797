"""What a Python service sees of the settings, as JSON."""

import json

from config import load

config = load()
print(
    json.dumps(
        {
            "name": config.site.name,
            "url": config.api.url,
            "port": config.db.port,
            "hosts": config.site.hosts,
            "checkout": config.features["checkout"],
            "upload_bytes": str(config.limits.upload_bytes),
            "rate": config.limits.rate,
            "motd": config.site.motd,
        }
    )
)
