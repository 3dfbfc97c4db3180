-- interphase: rerunnable
UPDATE part SET number = id WHERE number IS NULL;
