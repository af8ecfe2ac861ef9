"""The Tokopedia Open API: one app token for all shops, rate limits told in headers, no product cards."""
