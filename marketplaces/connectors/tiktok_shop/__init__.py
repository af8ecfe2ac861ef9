"""TikTok Shop Partner API: one consent for all shops of a seller, buyers of TikTok Shop and of Tokopedia."""
