"""What the JSON APIs take and give: parameters as marshmallow schemas, rows as plain members."""
