"""Use cases, one a file with one public function; they speak the domain and the ports they need."""
