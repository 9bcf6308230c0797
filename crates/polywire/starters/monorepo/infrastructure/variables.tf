variable "web_count" {
  description = "How many hosts serve the page."
  type        = number
  default     = 2
}
