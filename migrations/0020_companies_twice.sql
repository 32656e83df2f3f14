-- What makes two companies alike is reckoned anew: the follower that keeps it reads the history from its beginning.
DELETE FROM "event_cursors" WHERE follower = 'duplicates';
