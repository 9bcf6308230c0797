# The hosts. A provider of your own goes here; this one needs none.
terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "web" {
  count = var.web_count
  input = "web-${count.index + 1}"
}

output "web_hosts" {
  value = terraform_data.web[*].output
}
