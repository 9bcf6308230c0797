# What Terraform sees of the settings; config.auto.tfvars.json and variables.tf are generated.
output "settings" {
  value = {
    name         = var.site.name
    port         = var.db.port
    hosts        = var.site.hosts
    upload_bytes = format("%d", var.limits.upload_bytes)
    rate         = var.limits.rate
  }
}
