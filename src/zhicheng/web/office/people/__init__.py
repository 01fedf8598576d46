"""账号申请: the county decides on what its units ask for their people, and asks the prefecture for their administrators."""
